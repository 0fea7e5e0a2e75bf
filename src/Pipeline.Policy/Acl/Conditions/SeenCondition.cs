using Pipeline.Policy.Acl.Sightings;
using Pipeline.Policy.Hints;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>seen =</c>: was this met before, as greylisting asks.</summary>
internal sealed class SeenCondition() : AclCondition("seen")
{
    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (SeenArguments.Parse(argument, out var error) is not { } seen)
        {
            return AclTest.Error(error);
        }

        var hints = evaluation.Engine.Services.Hints;
        var key = HintKey.Of(HintKey.Seen, seen.Key ?? evaluation.Connection.ClientAddress?.ToString() ?? "");
        var now = evaluation.Scope.Environment.Time.GetUtcNow();
        try
        {
            Sighting found = default;
            if (seen.Mode == SeenMode.ReadOnly)
            {
                found = Sighting.Judge(seen, HintRecord.Read(await hints.GetAsync(key, cancellationToken)), now);
            }
            else
            {
                await hints.ChangeAsync(
                    key,
                    value =>
                    {
                        found = Sighting.Judge(seen, HintRecord.Read(value), now);
                        return found.Written is { } time ? Sighting.Record(seen, time, now).Write() : value;
                    },
                    cancellationToken);
            }

            evaluation.Trace(Said(seen, found));
            return AclTest.Of(found.Holds);
        }
        catch (IOException)
        {
            return AclTest.Defer("seen database not available");
        }
    }

    private static string Said(SeenArguments seen, Sighting found) => found.Written is null
        ? seen.Mode == SeenMode.ReadOnly ? "seen db not written (readonly)" : "seen db not written"
        : $"seen db written ({(found.Last is null ? "create" : seen.IsBefore && seen.Mode == SeenMode.AsNeeded ? "refresh" : "update")})";
}
