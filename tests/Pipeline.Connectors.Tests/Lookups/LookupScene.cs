using System.Globalization;
using Pipeline.Connectors.Lookups;
using Pipeline.Mail.Dns;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Connectors.Tests.Lookups;

/// <summary>A folder, a policy, and the lookups of the program in it.</summary>
internal sealed class LookupScene : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mp-lookup-");
    private int _policies;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Lines of the panic log.</summary>
    public List<string> Panics { get; } = [];

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <returns>What a string comes to, or behind "Failed: " or "Deferred: " why it does not.</returns>
    public async Task<string> ExpandAsync(string text, string mainOptions = "")
    {
        // A file of its own: tests ask many questions at once.
        var file = Path(string.Create(CultureInfo.InvariantCulture, $"policy{Interlocked.Increment(ref _policies)}.conf"));
        await File.WriteAllTextAsync(file, $"primary_hostname = here.test\n{mainOptions}\n");
        var (policy, problems) = PolicyCompiler.Compile(file);
        Assert.Empty(problems);
        var scope = new EvaluationScope
        {
            Environment = new PolicyEnvironment
            {
                Policy = policy!,
                Time = Time,
                Dns = new NoDns(),
                PrimaryHostname = "here.test",
                Log = new PanicLog(Panics),
                LookupBackends = LookupBackends.ByName,
            },
            Connection = new ConnectionScope(),
            Message = new MessageScope(),
        };
        var result = await StringExpansion.Compile(text.Replace("DIR", _folder.FullName, StringComparison.Ordinal)).ExpandAsync(scope, CancellationToken.None);
        return result.IsSuccess ? result.Value : $"{result.Outcome}: {result.Message.Replace(_folder.FullName, "DIR", StringComparison.Ordinal)}";
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private sealed class NoDns : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class PanicLog(List<string> lines) : IPolicyLog
    {
        public void Write(PolicyLogTarget target, string line)
        {
            if (target.HasFlag(PolicyLogTarget.Panic))
            {
                lines.Add(line);
            }
        }
    }
}
