namespace Pipeline.Storage.Ports;

/// <summary>Receives the octets of a message while they arrive: memory up to a bound, a spool file beyond it.</summary>
/// <remarks>
/// Written by one flow of control. Disposing without a completed accept discards what was written. After an accept it stays readable until it is
/// disposed, so that the accepting node can deliver without reading the body back; memory from <see cref="TryGetBody"/> is invalid afterwards.
/// </remarks>
public interface IBodyWriter : IAsyncDisposable
{
    long Length { get; }

    /// <summary>Adds body octets (wire form, after the empty line, not dot-stuffed). Copies them. Waits only when a file has to be written.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken);

    /// <summary>Makes what was written readable before the commit (for checks and scanners); no more may be written.</summary>
    /// <exception cref="IOException">The spool file cannot be written (disk full): the message must be deferred with 452.</exception>
    ValueTask CompleteAsync(CancellationToken cancellationToken);

    /// <summary>After <see cref="CompleteAsync"/>: the body at once, when it is in memory.</summary>
    bool TryGetBody(out ReadOnlyMemory<byte> body);

    /// <summary>After <see cref="CompleteAsync"/>: a new stream over the body.</summary>
    Stream OpenBody();
}
