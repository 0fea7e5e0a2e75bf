using System.Net;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>One message that a client hands in.</summary>
/// <param name="Client">Where the client says, in a PROXY header, that it comes from.</param>
internal sealed record DemoSubmission(IPAddress Client, string Helo, string Sender, ImmutableArray<string> Recipients, DemoContent Content);

/// <summary>A message that may be larger than anybody wants to keep in memory: a header and a block that is repeated.</summary>
/// <param name="Header">Fields with their CRLF, without the empty line.</param>
/// <param name="Block">Whole lines.</param>
internal sealed record DemoContent(ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Block, int Repeats = 1)
{
    /// <summary>Octets, the empty line included.</summary>
    public long Size => Header.Length + 2 + ((long)Block.Length * Repeats);
}
