using System.Collections.Concurrent;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Dns;
using Pipeline.Policy;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Hosting;

/// <summary>The policies of this process: the one in force, and earlier ones for the messages that began under them.</summary>
internal sealed class PolicyStore(IDnsResolver dns, TimeProvider time, IPolicyLog log, AclServices aclServices) : IPolicySource
{
    private readonly ConcurrentDictionary<int, ActivePolicy> _byNumber = new();
    private ActivePolicy? _current;

    public ActivePolicy Current => _current ?? throw new InvalidOperationException("no policy was loaded");

    public ActivePolicy Get(int number) => _byNumber.GetValueOrDefault(number) ?? Current;

    /// <summary>Compiles a configuration and puts it in force; with problems nothing changes.</summary>
    public IReadOnlyList<ConfigurationProblem> Load(string path, IReadOnlyDictionary<string, string> macros, IFileSource? files)
    {
        var compilation = PolicyCompiler.Compile(path, macros, files, aclServices);
        if (compilation.Policy is not { } policy)
        {
            return compilation.Problems;
        }

        var left = compilation.Notices.Count(notice => !notice.Support.IsOffered);
        if (left > 0)
        {
            log.Write(PolicyLogTarget.Main, $"{path}: {left} setting{(left == 1 ? " is" : "s are")} not done in this version; \"mailpipeline config check\" lists them");
        }

        var environment = PolicyEnvironments.Create(policy, dns, time, log);
        var active = new ActivePolicy(policy, environment);
        _byNumber[(int)policy.Number] = active;
        _current = active;
        return [];
    }
}
