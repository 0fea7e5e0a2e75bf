using System.Net;

namespace Pipeline.Actors.Receipt;

/// <summary>What a client may call itself (RFC 5321 section 4.1.1.1).</summary>
internal static class HelloSyntax
{
    /// <param name="extra">Characters that are let pass besides letters, digits, dots and hyphens (<c>helo_allow_chars</c>).</param>
    public static bool IsName(string name, string extra)
    {
        if (name is ['[', .. var literal, ']'])
        {
            return IPAddress.TryParse(literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? literal[5..] : literal, out _);
        }

        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' || extra.Contains(c, StringComparison.Ordinal));
    }
}
