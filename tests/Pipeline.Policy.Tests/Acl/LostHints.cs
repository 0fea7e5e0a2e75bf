using Pipeline.Policy.Hints;

namespace Pipeline.Policy.Tests.Acl;

/// <summary>Hints whose store is away.</summary>
internal sealed class LostHints : IHints
{
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => throw new IOException("away");

    public ValueTask ChangeAsync(string key, Func<byte[]?, byte[]?> change, CancellationToken cancellationToken) => throw new IOException("away");
}
