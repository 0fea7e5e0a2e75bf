namespace Pipeline.Policy.Routers;

/// <summary>A machine without accounts that get mail.</summary>
public sealed class NoLocalUsers : ILocalUsers
{
    public static NoLocalUsers Instance { get; } = new();

    public LocalUser? Find(string name) => null;
}
