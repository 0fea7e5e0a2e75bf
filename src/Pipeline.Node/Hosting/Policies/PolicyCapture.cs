using Pipeline.Connectors.Lookups;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting.Policies;

/// <summary>A configuration as it stands in its files now: compiled, and as a bundle to be published.</summary>
/// <param name="Bundle">Null when there are problems.</param>
/// <param name="Policy">Null when there are problems; without a number of its own.</param>
internal sealed record PolicyCapture(PolicyBundle? Bundle, MailPolicy? Policy, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <param name="files">Null for the disk.</param>
    public static PolicyCapture Take(string path, IReadOnlyDictionary<string, string> macros, IFileSource? files)
    {
        var recording = new RecordingFileSource(files ?? DiskFileSource.Instance);
        var (policy, problems) = PolicyCompiler.Compile(path, macros, recording, number: 0, whyNoLookup: LookupBackends.Unusable);
        if (policy is null)
        {
            return new PolicyCapture(null, null, problems);
        }

        var bundle = PolicyBundle.TryCreate(path, macros.Select(macro => new PolicyMacro(macro.Key, macro.Value)), recording.Files, out var problem);
        return bundle is null
            ? new PolicyCapture(null, null, [new ConfigurationProblem(problem, new SourceLocation(path, 1))])
            : new PolicyCapture(bundle, policy, []);
    }
}
