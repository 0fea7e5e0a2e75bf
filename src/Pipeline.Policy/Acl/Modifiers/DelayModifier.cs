using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl.Modifiers;

/// <summary><c>delay =</c>: waits before going on.</summary>
internal sealed class DelayModifier() : AclModifier("delay")
{
    public override AclPoints AllowedAt => AclPoints.All & ~AclPoints.NotQuit;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (!TimeText.TryParse(argument, out var delay))
        {
            return AclTest.Error($"syntax error in argument for \"delay\" modifier: \"{argument}\" is not a time value");
        }

        var services = evaluation.Engine.Services;
        if (services.SkipDelays)
        {
            evaluation.Trace?.Add(evaluation.Depth, item.Location, item.Text, "delay skipped in -bh checking mode");
            return AclTest.True;
        }

        await Task.Delay(delay < services.MaxDelay ? delay : services.MaxDelay, evaluation.Scope.Environment.Time, cancellationToken);
        return AclTest.True;
    }
}
