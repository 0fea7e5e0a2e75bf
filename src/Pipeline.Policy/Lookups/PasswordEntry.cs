namespace Pipeline.Policy.Lookups;

/// <summary>One account of a password file, every field as written.</summary>
/// <param name="Comment">The field of the user's real name, also called gecos.</param>
internal sealed record PasswordEntry(string Name, string UserId, string GroupId, string Comment, string Home, string Shell);
