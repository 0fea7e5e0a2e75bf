using System.Buffers;

namespace Pipeline.Mail.Smtp;

/// <summary>What <see cref="EsmtpParameterReader.Read"/> met.</summary>
internal enum EsmtpParameterStatus
{
    Parameter,
    End,
    Malformed,
}

/// <summary>Reads the parameters after a path (RFC 5321 section 4.1.2: <c>esmtp-keyword ["=" esmtp-value]</c>), one after the other.</summary>
internal ref struct EsmtpParameterReader
{
    private static readonly SearchValues<byte> KeywordOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    private ReadOnlySpan<byte> _rest;

    /// <param name="rest">Everything after the path: empty, or beginning with a blank.</param>
    public EsmtpParameterReader(ReadOnlySpan<byte> rest) => _rest = rest;

    /// <summary>The keyword as written; at least one octet.</summary>
    public ReadOnlySpan<byte> Keyword { get; private set; }

    /// <summary>The value, empty when there was none.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>There was an equals sign, and so a value.</summary>
    public bool HasValue { get; private set; }

    public EsmtpParameterStatus Read()
    {
        if (_rest.IsEmpty)
        {
            return EsmtpParameterStatus.End;
        }

        if (_rest[0] is not ((byte)' ' or (byte)'\t'))
        {
            return EsmtpParameterStatus.Malformed;
        }

        _rest = _rest.TrimStart(" \t"u8);
        if (_rest.IsEmpty)
        {
            return EsmtpParameterStatus.End;
        }

        int length = _rest.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> parameter = length < 0 ? _rest : _rest[..length];
        _rest = length < 0 ? [] : _rest[length..];

        int equals = parameter.IndexOf((byte)'=');
        HasValue = equals >= 0;
        Keyword = HasValue ? parameter[..equals] : parameter;
        Value = HasValue ? parameter[(equals + 1)..] : [];
        bool wellFormed = !Keyword.IsEmpty
            && Keyword[0] != '-'
            && !Keyword.ContainsAnyExcept(KeywordOctets)
            && (!HasValue || (!Value.IsEmpty && !Value.Contains((byte)'=')));
        return wellFormed ? EsmtpParameterStatus.Parameter : EsmtpParameterStatus.Malformed;
    }
}
