namespace Pipeline.Mail.Smtp;

/// <summary>An enhanced mail system status code (RFC 3463), such as 5.1.1.</summary>
public readonly record struct EnhancedStatusCode(byte Class, ushort Subject, ushort Detail)
{
    public override string ToString() => $"{Class}.{Subject}.{Detail}";
}
