namespace Pipeline.Policy.Hints;

/// <summary>What is remembered beside messages, by key: Exim's hints databases. All nodes of a cluster have the same ones.</summary>
/// <remarks>Keys are those of <see cref="HintKey"/>, values are stored forms of their owners, with the time until which they mean anything in <see cref="HintRecord.Until"/>.</remarks>
public interface IHints
{
    /// <returns>Null when nothing is remembered.</returns>
    /// <exception cref="IOException">What keeps them is away, or does not answer in time.</exception>
    ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Makes a new value from the one there is: one atomic step, whoever does so at the same time.</summary>
    /// <param name="change">
    /// From the value there is (null for none) to the one that shall be: null to forget it, the same array to leave it. It may be called several times; the last call is the
    /// one that counts.
    /// </param>
    /// <exception cref="IOException">What keeps them is away, or does not answer in time.</exception>
    ValueTask ChangeAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken);
}
