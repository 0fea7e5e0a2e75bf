namespace Pipeline.Mail.Dsn;

/// <summary>Words of the operator that stand for usual ones of a notification; null for the usual one. LF line ends.</summary>
/// <param name="Header">Header fields in the place of Subject.</param>
/// <param name="Beginning">What comes before the list of addresses.</param>
/// <param name="End">What comes after the list of addresses in a warning.</param>
public sealed record NotificationTexts(string? Header, string? Beginning, string? End);
