namespace Pipeline.Policy.Routers;

/// <summary>An account of this machine.</summary>
/// <param name="Home">Its directory, with one character an octet.</param>
public sealed record LocalUser(string Name, int UserId, int GroupId, string Home);
