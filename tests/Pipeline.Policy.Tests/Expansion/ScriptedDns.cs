using Pipeline.Mail.Dns;

namespace Pipeline.Policy.Tests.Expansion;

/// <summary>A name service that knows what it was told; anything else does not exist.</summary>
internal sealed class ScriptedDns : IDnsResolver
{
    private readonly Dictionary<(string, DnsRecordType), DnsAnswer> _answers = [];

    public IReadOnlyList<string> SearchDomains { get; set; } = [];

    public List<string> Asked { get; } = [];

    public ScriptedDns Add(string name, params DnsRecord[] records)
    {
        _answers[(name, records[0].Type)] = DnsAnswer.Of(records);
        return this;
    }

    /// <summary>As <see cref="Add"/>, and DNSSEC vouches for it.</summary>
    public ScriptedDns AddAuthentic(string name, params DnsRecord[] records)
    {
        _answers[(name, records[0].Type)] = DnsAnswer.Of(records) with { Authenticated = true };
        return this;
    }

    public ScriptedDns AddFailure(string name, DnsRecordType type)
    {
        _answers[(name, type)] = DnsAnswer.TemporaryFailure("SERVFAIL");
        return this;
    }

    public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
    {
        Asked.Add($"{name}/{type}");
        return new(_answers.TryGetValue((name, type), out var answer) ? answer : DnsAnswer.NonExistentDomain);
    }
}
