using System.Globalization;
using Pipeline.Mail.Sasl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication.Dovecot;

/// <summary>A line of Dovecot's authentication protocol: a word, and parameters with tabs between them. Octets, one char each.</summary>
/// <param name="Word">In capitals: VERSION, MECH, DONE, OK, CONT, FAIL …</param>
internal sealed record DovecotLine(string Word, string[] Parameters)
{
    /// <summary>Octets of the longest line (AUTH_REQUEST_MAX of the protocol is 8192; cookies and reasons may be longer than that).</summary>
    public const int MaxBytes = 16 * 1024;

    /// <param name="line">Without its LF.</param>
    public static DovecotLine Parse(ReadOnlySpan<byte> line)
    {
        var words = OctetString.FromBytes(line).Split('\t');
        return new DovecotLine(words[0], words[1..]);
    }

    /// <summary>The value of a parameter <c>name=value</c>; null when it is not there.</summary>
    public string? Value(string name)
    {
        var parameter = Array.Find(Parameters, parameter => parameter.StartsWith(name + "=", StringComparison.Ordinal));
        return parameter is null ? null : Unescape(parameter[(name.Length + 1)..]);
    }

    public bool Has(string parameter) => Parameters.Contains(parameter);

    /// <summary>Whether it is about the request with this number.</summary>
    public bool IsAbout(int request) => Parameters is [var first, ..] && first == request.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the server asks, of a line CONT; null when it is no Base64.</summary>
    public byte[]? Challenge() => Parameters.Length < 2 || Parameters[1].Length == 0 ? [] : SaslBase64.TryDecode(OctetString.ToBytes(Parameters[1]), out var octets) ? octets : null;

    /// <summary>Octet 1 stands before what would end a parameter or a line.</summary>
    private static string Unescape(string value)
    {
        if (!value.Contains('\u0001', StringComparison.Ordinal))
        {
            return value;
        }

        var text = new System.Text.StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            text.Append(value[i] != '\u0001' || i + 1 == value.Length ? value[i] : value[++i] switch { '0' => '\0', '1' => '\u0001', 't' => '\t', 'r' => '\r', 'n' => '\n', var other => other });
        }

        return text.ToString();
    }
}
