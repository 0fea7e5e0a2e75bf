using System.Collections.Immutable;
using Pipeline.Mail.Scanning;

namespace Pipeline.Messages.Scanning;

/// <summary>What a node asks of a scanner node. The message follows it.</summary>
/// <remarks>
/// Sent as one line of JSON ended by LF and then <see cref="Size"/> octets. Additive change only: a member that is not known is passed over. What an older program
/// must not pass over raises <see cref="CurrentForm"/>, and with it the forms of what nodes say to each other that a program shows when it joins.
/// </remarks>
/// <param name="Form">Of question and answer.</param>
/// <param name="Message">The id of the message, for logs.</param>
/// <param name="User">Whose profile is to be used; one char for each octet.</param>
/// <param name="Servers">A list in the form of <c>spamd_address</c>, as the scanner node knows its hosts.</param>
/// <param name="Size">Octets of the message.</param>
/// <param name="DeadlineMs">How long the asker will wait, in milliseconds from now.</param>
/// <param name="Envelope">Null when none of the servers is told it.</param>
/// <param name="Kind">
/// The name of a <see cref="ScanKind"/>; null for spam. A program that does not know it finds no server in the list, since the first item of <c>av_scanner</c> is none, and answers that it has no verdict.
/// </param>
public sealed record ScanQuestion(int Form, string Message, string User, string Servers, long Size, int DeadlineMs, ScanEnvelope? Envelope = null, string? Kind = null)
{
    public const int CurrentForm = 1;

    /// <summary>Octets of the line, its end included.</summary>
    public const int MaxLineBytes = 256 * 1024;
}

/// <summary>What a scanner node answers.</summary>
/// <param name="Form">As in <see cref="ScanQuestion"/>.</param>
/// <param name="By">Who scanned, for people.</param>
/// <param name="Score">Null when there is no verdict.</param>
/// <param name="Report">One char for each octet.</param>
/// <param name="Reason">Why there is no verdict.</param>
/// <param name="Proposal">Null when the server says nothing of it.</param>
/// <param name="Malware">What a virus scanner found; empty for nothing; null when none has looked.</param>
/// <param name="Dcc">What dccifd says; null when it was not asked.</param>
/// <param name="Bmi">What a verdict server says; null when none was asked.</param>
public sealed record ScanAnswer(
    int Form,
    string By,
    decimal? Score,
    decimal? Threshold,
    string? Report,
    string? Reason,
    string? Proposal = null,
    string? Malware = null,
    DccVerdict? Dcc = null,
    ImmutableArray<BmiVerdict>? Bmi = null)
{
    /// <summary>Octets of an answer in JSON: verdicts about every recipient that a question can name, or a report in which every character is escaped, and room for the rest.</summary>
    public const int MaxBytes = 1024 * 1024;
}
