namespace Pipeline.Mail.Addressing;

/// <summary>A stretch of octets within a text.</summary>
/// <param name="Start">The first octet.</param>
/// <param name="End">The octet behind the last one.</param>
public readonly record struct Extent(int Start, int End)
{
    public int Length => End - Start;

    public bool IsEmpty => End == Start;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text) => text[Start..End];
}
