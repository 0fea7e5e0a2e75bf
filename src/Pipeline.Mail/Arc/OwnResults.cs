using System.Text;
using Pipeline.Mail.AuthResults;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Arc;

/// <summary>What this administrative domain has found out about a message, from all its Authentication-Results fields (RFC 8617 section 4.1.1).</summary>
internal sealed record OwnResults
{
    /// <summary>Room for the start of the field, in octets.</summary>
    private const int MaxTextBytes = AuthResultsParser.MaxFieldBytes - 1024;

    private const string Separator = ";\r\n\t";

    public required string AuthServId { get; init; }

    /// <summary>The results of all the fields, as written, with their folds; <c>none</c> when there are none.</summary>
    public required string Text { get; init; }

    /// <summary>The worst that one of them says of the chain; null when none speaks of it.</summary>
    public ArcState? Chain { get; init; }

    /// <returns>Null when the message has no field of this domain that can be read.</returns>
    public static OwnResults? Collect(HeaderBlock header, string authServId)
    {
        var text = new StringBuilder();
        ArcState? chain = null;
        var isFound = false;
        foreach (var index in header.IndexesOf("authentication-results"))
        {
            var value = header[index].Value.Span;
            if (!AuthResultsParser.TryFindResults(value, out var id, out var start) || !AuthResultsRemoval.IsSame(id, authServId)
                || !AuthResultsParser.TryParse(value, AuthResultsReading.Tolerant, out var field, out _))
            {
                continue;
            }

            isFound = true;
            var results = Encoding.Latin1.GetString(value[start..]).Trim(' ', '\t', '\r', '\n', ';');
            if (field.Results.IsEmpty || text.Length + Separator.Length + results.Length > MaxTextBytes)
            {
                continue;
            }

            text.Append(text.Length > 0 ? Separator : "").Append(results);
            chain = Worse(chain, field);
        }

        return isFound ? new OwnResults { AuthServId = authServId, Text = text.Length > 0 ? text.ToString() : "none", Chain = chain } : null;
    }

    private static ArcState? Worse(ArcState? known, AuthResultsField field)
    {
        foreach (var result in field.Results)
        {
            if (result.Method != "arc")
            {
                continue;
            }

            var state = result.Result switch
            {
                "none" => ArcState.None,
                "pass" => ArcState.Pass,
                "fail" => ArcState.Fail,
                _ => ArcState.TempError,
            };
            known = known is { } other && other > state ? other : state;
        }

        return known;
    }
}
