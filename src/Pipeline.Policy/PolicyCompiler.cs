using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy;

/// <summary>What compiling a configuration came to.</summary>
/// <param name="Policy">Null when there are problems.</param>
/// <param name="Problems">Everything that is wrong with the configuration.</param>
public sealed record PolicyCompilation(MailPolicy? Policy, IReadOnlyList<ConfigurationProblem> Problems);

/// <summary>Makes a policy of a configuration file.</summary>
public static class PolicyCompiler
{
    private static long _lastNumber;

    /// <param name="macros">Macros of the command line (<c>-DNAME=value</c>).</param>
    /// <param name="files">Where files come from; the disk when null.</param>
    public static PolicyCompilation Compile(string path, IReadOnlyDictionary<string, string>? macros = null, IFileSource? files = null)
    {
        var (configuration, read) = ConfigurationFile.Read(path, macros, files);
        var problems = new List<ConfigurationProblem>(read);
        var options = MainOptions.From(configuration.MainSettings, problems);
        MainOptionChecks.Check(options, problems);
        var policy = new MailPolicy
        {
            Number = Interlocked.Increment(ref _lastNumber),
            SourcePath = path,
            MainOptions = options,
            NamedLists = new NamedListTable(configuration.NamedLists),
        };
        return new PolicyCompilation(problems.Count == 0 ? policy : null, problems);
    }
}
