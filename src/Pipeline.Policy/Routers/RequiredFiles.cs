using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>The precondition <c>require_files</c>.</summary>
internal static class RequiredFiles
{
    public static async ValueTask<PreconditionResult> TestAsync(
        RouterDefinition router, EvaluationScope scope, RouterServices services, CancellationToken cancellationToken)
    {
        foreach (var item in router.RequireFiles)
        {
            var expanded = await item.ExpandAsync(scope, cancellationToken);
            if (expanded.Outcome == ExpansionOutcome.ForcedFailure || (expanded.IsSuccess && expanded.Value.Trim().Length == 0))
            {
                continue;
            }

            if (!expanded.IsSuccess)
            {
                return PreconditionResult.Defer($"failed to expand \"{item.Source}\" for require_files: {expanded.Message}");
            }

            var result = Test(expanded.Value.Trim(), services);
            if (result.Outcome != PreconditionOutcome.Met)
            {
                return result;
            }
        }

        return PreconditionResult.Met;
    }

    private static PreconditionResult Test(string item, RouterServices services)
    {
        var deniedMeansMissing = item.StartsWith('+');
        var path = deniedMeansMissing ? item.AsSpan(1).TrimStart() : item;
        var negated = path.StartsWith("!");
        path = negated ? path[1..].TrimStart() : path;
        if (!path.Contains('/'))
        {
            // user or user,group: whose rights count for what follows. All files are looked at with the rights of this process.
            var comma = path.IndexOf(',');
            var user = (comma < 0 ? path : path[..comma]).Trim().ToString();
            return services.LocalUsers.Find(user) is null ? PreconditionResult.Skip($"require_files: no user {user}") : PreconditionResult.Met;
        }

        var file = path.ToString();
        if (!file.StartsWith('/'))
        {
            return PreconditionResult.Defer($"require_files: \"{file}\" is not an absolute path");
        }

        var exists = Exists(file);
        if (exists is null && !deniedMeansMissing)
        {
            return PreconditionResult.Defer($"require_files: permission denied for {file}");
        }

        return (exists ?? false) != negated ? PreconditionResult.Met : PreconditionResult.Skip($"require_files: {file} {(negated ? "exists" : "does not exist")}");
    }

    /// <returns>Null when it may not be looked at.</returns>
    private static bool? Exists(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
