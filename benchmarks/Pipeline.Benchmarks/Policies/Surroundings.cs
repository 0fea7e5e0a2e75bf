using System.Diagnostics.CodeAnalysis;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Benchmarks.Policies;

/// <summary>One configuration in memory.</summary>
internal sealed class OneFile(byte[] text) : IFileSource
{
    public bool Exists(string path) => true;

    public bool TryRead(string path, [NotNullWhen(true)] out byte[]? octets, out string error)
    {
        (octets, error) = (text, "");
        return true;
    }
}

internal sealed class NoLog : IPolicyLog
{
    public void Write(PolicyLogTarget target, string line)
    {
    }
}

/// <summary>Fails a benchmark that would measure the DNS.</summary>
internal sealed class NoDns : IDnsResolver
{
    public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"asks for {name}");
}
