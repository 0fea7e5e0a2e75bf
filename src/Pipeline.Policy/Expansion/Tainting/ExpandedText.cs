namespace Pipeline.Policy.Expansion;

/// <summary>A text and where it comes from. Text of this program itself converts without a mark.</summary>
public readonly struct ExpandedText(string? text, Taint taint) : IEquatable<ExpandedText>
{
    /// <summary>One char for each octet.</summary>
    public string Text => text ?? "";

    /// <summary>There is nothing in an empty text that anybody could have brought in.</summary>
    public Taint Taint => text is { Length: > 0 } ? taint : Taint.None;

    public static implicit operator ExpandedText(string? text) => new(text, Taint.None);

    public static bool operator ==(ExpandedText left, ExpandedText right) => left.Equals(right);

    public static bool operator !=(ExpandedText left, ExpandedText right) => !left.Equals(right);

    public static ExpandedText FromString(string? text) => text;

    /// <summary>A text that a peer has sent.</summary>
    public static ExpandedText FromPeer(string? text) => new(text, Taint.Tainted);

    public bool Equals(ExpandedText other) => Text == other.Text && Taint == other.Taint;

    public override bool Equals(object? obj) => obj is ExpandedText other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Text, Taint);

    public override string ToString() => Text;
}
