using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;

namespace Pipeline.Connectors.Smtp;

/// <summary>What a peer said it can do in answer to EHLO or LHLO (RFC 5321 section 4.1.1.1). After HELO: nothing.</summary>
internal sealed record SmtpCapabilities
{
    private const int MaxLimitDigits = 6;

    public static SmtpCapabilities None { get; } = new();

    public bool Pipelining { get; init; }

    /// <summary>Commands are taken before the banner (draft-harris-early-pipe).</summary>
    public bool PipeConnect { get; init; }

    public bool EightBitMime { get; init; }

    public bool SmtpUtf8 { get; init; }

    public bool Dsn { get; init; }

    public bool Chunking { get; init; }

    public bool StartTls { get; init; }

    public bool RequireTls { get; init; }

    public bool Prdr { get; init; }

    public bool Size { get; init; }

    /// <summary>Largest message in bytes; 0 when the peer names no limit.</summary>
    public long SizeLimit { get; init; }

    /// <summary>LIMITS (RFC 9422): MAIL commands in this session; 0 when the peer names no limit. So are the others.</summary>
    public int MailMax { get; init; }

    /// <summary>Recipients of a message.</summary>
    public int RecipientMax { get; init; }

    /// <summary>Domains among the recipients of a message.</summary>
    public int RecipientDomainMax { get; init; }

    /// <summary>SASL mechanisms in upper case.</summary>
    public ImmutableArray<string> Mechanisms { get; init; } = [];

    /// <param name="text">The text of the reply, lines ended by LF; the first is a greeting.</param>
    public static SmtpCapabilities Parse(ReadOnlySpan<byte> text)
    {
        var capabilities = new SmtpCapabilities();
        var rest = text[(text.IndexOf((byte)'\n') + 1)..];
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            capabilities = capabilities.With(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return capabilities;
    }

    private SmtpCapabilities With(ReadOnlySpan<byte> line)
    {
        // "AUTH=LOGIN" is what servers say to clients of before RFC 2554.
        var end = line.IndexOfAny((byte)' ', (byte)'=');
        var keyword = end < 0 ? line : line[..end];
        var parameters = end < 0 ? [] : line[(end + 1)..].Trim((byte)' ');
        return keyword switch
        {
            _ when Ascii.EqualsIgnoreCase(keyword, "PIPELINING"u8) => this with { Pipelining = true },
            _ when Ascii.EqualsIgnoreCase(keyword, "PIPECONNECT"u8) || Ascii.EqualsIgnoreCase(keyword, "X_PIPE_CONNECT"u8) => this with { PipeConnect = true },
            _ when Ascii.EqualsIgnoreCase(keyword, "8BITMIME"u8) => this with { EightBitMime = true },
            _ when Ascii.EqualsIgnoreCase(keyword, "SMTPUTF8"u8) => this with { SmtpUtf8 = true },
            _ when Ascii.EqualsIgnoreCase(keyword, "DSN"u8) => this with { Dsn = true },
            _ when Ascii.EqualsIgnoreCase(keyword, "CHUNKING"u8) => this with { Chunking = true },
            _ when Ascii.EqualsIgnoreCase(keyword, "STARTTLS"u8) => this with { StartTls = true },
            _ when Ascii.EqualsIgnoreCase(keyword, "REQUIRETLS"u8) => this with { RequireTls = true },
            _ when Ascii.EqualsIgnoreCase(keyword, "PRDR"u8) => this with { Prdr = true },
            _ when Ascii.EqualsIgnoreCase(keyword, "LIMITS"u8) => WithLimits(parameters),
            _ when Ascii.EqualsIgnoreCase(keyword, "SIZE"u8) => this with { Size = true, SizeLimit = ReadSize(parameters) },
            _ when Ascii.EqualsIgnoreCase(keyword, "AUTH"u8) => this with { Mechanisms = WithMechanisms(parameters) },
            _ => this,
        };
    }

    /// <summary>Limits that are not known, or are no numbers of one to six digits, are none (RFC 9422 section 4).</summary>
    private SmtpCapabilities WithLimits(ReadOnlySpan<byte> parameters)
    {
        var known = this;
        foreach (var range in parameters.Split((byte)' '))
        {
            var limit = parameters[range];
            var equals = limit.IndexOf((byte)'=');
            if (equals < 0 || limit.Length - equals - 1 > MaxLimitDigits || !Utf8Parser.TryParse(limit[(equals + 1)..], out uint value, out var read)
                || read != limit.Length - equals - 1 || value == 0)
            {
                continue;
            }

            known = limit[..equals] switch
            {
                var name when Ascii.EqualsIgnoreCase(name, "MAILMAX"u8) => known with { MailMax = (int)value },
                var name when Ascii.EqualsIgnoreCase(name, "RCPTMAX"u8) => known with { RecipientMax = (int)value },
                var name when Ascii.EqualsIgnoreCase(name, "RCPTDOMAINMAX"u8) => known with { RecipientDomainMax = (int)value },
                _ => known,
            };
        }

        return known;
    }

    private static long ReadSize(ReadOnlySpan<byte> parameters) =>
        Utf8Parser.TryParse(parameters, out long size, out var read) && read == parameters.Length && size > 0 ? size : 0;

    private ImmutableArray<string> WithMechanisms(ReadOnlySpan<byte> parameters)
    {
        var mechanisms = Mechanisms.ToBuilder();
        while (!parameters.IsEmpty)
        {
            var end = parameters.IndexOf((byte)' ');
            var name = Encoding.ASCII.GetString(end < 0 ? parameters : parameters[..end]).ToUpperInvariant();
            if (name.Length > 0 && !mechanisms.Contains(name))
            {
                mechanisms.Add(name);
            }

            parameters = end < 0 ? [] : parameters[(end + 1)..].TrimStart((byte)' ');
        }

        return mechanisms.DrainToImmutable();
    }
}
