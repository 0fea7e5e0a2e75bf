namespace Pipeline.Policy.Callers;

/// <summary>A user of this machine whose program hands over mail, as the policy sees it.</summary>
/// <param name="Login">The name of the account, or what <c>unknown_login</c> says; octets.</param>
/// <param name="RealName">The real name, by <c>gecos_pattern</c> and <c>gecos_name</c>, or what <c>unknown_username</c> says; octets, empty for none.</param>
/// <param name="IsTrusted">May name any sender, and say where mail comes from.</param>
public sealed record Caller(CallerCredentials Credentials, string Login, string RealName, bool IsTrusted);
