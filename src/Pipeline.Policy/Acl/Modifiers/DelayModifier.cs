using System.Globalization;
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
        evaluation.Trace(string.Create(CultureInfo.InvariantCulture, $"delay modifier requests {delay.TotalSeconds:0}-second delay"));
        if (services.SkipDelays)
        {
            evaluation.Trace("delay skipped in -bh checking mode");
            return AclTest.True;
        }

        await services.DelayAsync(delay, evaluation.Scope.Environment.Time, cancellationToken);
        return AclTest.True;
    }
}
