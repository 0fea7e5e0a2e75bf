using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Spf;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Writes what DMARC has found of a message to <c>dmarc_history_file</c>. It never keeps a message from going on: what cannot be written is logged.</summary>
internal static class DmarcHistory
{
    /// <param name="result">Written about when a record decided.</param>
    public static async ValueTask WriteAsync(
        ReceiptServices services, EvaluationScope scope, DmarcResult result, SpfResult spf, IReadOnlyList<DkimResult> dkim, CancellationToken cancellationToken)
    {
        var environment = scope.Environment;
        if (result.Record is null || services.Records is not { } records || scope.Connection.ClientAddress is not { } client
            || environment.Policy.MainOptions.DmarcHistoryFile is not { } option)
        {
            return;
        }

        var path = await option.ExpandAsync(scope, cancellationToken);
        if (!path.IsSuccess || path.Value.Length == 0)
        {
            if (!path.IsSuccess && path.Outcome != ExpansionOutcome.ForcedFailure)
            {
                Complain($"failed to expand dmarc_history_file: {path.Message}");
            }

            return;
        }

        if (environment.Tainting.Refuses(scope, path.Text.Taint, option.Source, $"Tainted '{path.Value}' (file or directory name for dmarc_history_file) not permitted"))
        {
            return;
        }

        if (FilePath.Refuse(path.Value) is { } refusal)
        {
            Complain($"failure to write DMARC history file: {refusal}");
            return;
        }

        var record = new DmarcHistoryRecord
        {
            Job = scope.Message.Id,
            Reporter = environment.PrimaryHostname,
            Received = scope.Message.ReceivedAt,
            Client = client,
            SenderDomain = scope.Message.Sender.Domain,
            Result = result,
            Spf = spf.Verdict,
            Signatures = dkim,
        };
        try
        {
            await records.AppendAsync(OctetString.ToText(path.Value), record.ToBytes(), cancellationToken);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Complain($"failure to write DMARC history file: {problem.Message}");
        }

        void Complain(string what) => services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"{scope.Message.Id} {what}");
    }
}
