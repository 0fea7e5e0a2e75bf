namespace Pipeline.Policy.Expansion;

/// <summary>$0, $1 …: the parts of a subject that a pattern or a partial key has matched.</summary>
/// <param name="Taint">The mark of the subject.</param>
public sealed record NumericValues(string[] Parts, Taint Taint)
{
    public static NumericValues None { get; } = new([], Taint.None);

    /// <summary>Parts of what a peer has sent.</summary>
    public static NumericValues FromPeer(params string[] parts) => new(parts, Taint.Tainted);

    public ExpandedText this[int number] => number < Parts.Length ? new(Parts[number], Taint) : default;
}
