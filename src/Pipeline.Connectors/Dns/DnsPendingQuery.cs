namespace Pipeline.Connectors.Dns;

/// <summary>A query that is out, and the place where its answer will be.</summary>
internal sealed class DnsPendingQuery
{
    private readonly TaskCompletionSource<DnsExchange> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DnsPendingQuery(ushort id, DnsQuestion question, bool edns)
    {
        Id = id;
        Span<byte> query = stackalloc byte[DnsMessageWriter.MaxQueryLength];
        var length = DnsMessageWriter.WriteQuery(query, id, question, edns);
        Query = query[..length].ToArray();
        QuestionLength = DnsMessageWriter.QuestionLength(question);
    }

    public ushort Id { get; }

    public ReadOnlyMemory<byte> Query { get; }

    /// <summary>Octets of the question section, which follows the header.</summary>
    public int QuestionLength { get; }

    public Task<DnsExchange> Task => _done.Task;

    /// <summary>The first outcome stands; later ones are dropped.</summary>
    public void Complete(DnsExchange exchange) => _done.TrySetResult(exchange);
}
