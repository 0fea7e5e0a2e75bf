namespace Pipeline.Policy.Routers;

/// <summary>Looks up accounts of this machine, for <c>check_local_user</c>.</summary>
public interface ILocalUsers
{
    /// <returns>Null when there is no such account.</returns>
    /// <exception cref="IOException">The accounts cannot be read, so that nothing can be said about any.</exception>
    LocalUser? Find(string name);
}
