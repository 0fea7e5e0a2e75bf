using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Tests.Dns;

/// <summary>Counts the questions another resolver is asked.</summary>
internal sealed class CountingResolver(IDnsResolver inner) : IDnsResolver
{
    private int _questions;

    public int Questions => _questions;

    public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _questions);
        return inner.QueryAsync(name, type, cancellationToken);
    }
}
