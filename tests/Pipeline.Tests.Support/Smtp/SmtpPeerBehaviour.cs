using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Tests.Support.Smtp;

/// <summary>A server that takes everything, save where told otherwise.</summary>
/// <remarks>
/// The function is asked before each reply: with the command line, or with <see cref="SmtpPeerReply.Greeting"/>, <see cref="SmtpPeerReply.EndOfData"/> (SMTP) or
/// the latter, a blank and the RCPT command (LMTP, once for each recipient taken). It gives null for the usual reply, the reply itself
/// (several lines joined by CRLF), or one of the constants of <see cref="SmtpPeerReply"/> that stand for one.
/// </remarks>
internal sealed class SmtpPeerBehaviour(SmtpPeerSession session, Func<string, string?> reply, string[] capabilities, X509Certificate2? certificate)
{
    private readonly List<string> _recipients = [];
    private bool _lmtp;
    private bool _tls;

    public async Task RunAsync()
    {
        if (!await AnswerAsync(SmtpPeerReply.Greeting, "220 peer.example ESMTP"))
        {
            return;
        }

        while (await session.ReadLineAsync() is { } line)
        {
            if (!await ObeyAsync(line))
            {
                return;
            }
        }
    }

    private async Task<bool> ObeyAsync(string line)
    {
        var verb = line.Split(' ')[0].ToUpperInvariant();
        switch (verb)
        {
            case "EHLO" or "LHLO":
                _lmtp = verb == "LHLO";
                return await AnswerAsync(line, Hello());
            case "MAIL" or "RSET":
                _recipients.Clear();
                return await AnswerAsync(line, "250 OK");
            case "RCPT":
                return await RecipientAsync(line);
            case "DATA":
                return await DataAsync(line);
            case "STARTTLS":
                return await AnswerAsync(line, "220 go ahead") && await StartTlsAsync(line);
            case "QUIT":
                await AnswerAsync(line, "221 bye");
                return false;
            default:
                return await AnswerAsync(line, "250 OK");
        }
    }

    private string Hello()
    {
        var lines = new List<string> { "peer.example" };
        lines.AddRange(capabilities.Where(capability => capability != "STARTTLS" || !_tls));
        return string.Join("\r\n", lines.Select((line, i) => (i == lines.Count - 1 ? "250 " : "250-") + line));
    }

    private async Task<bool> RecipientAsync(string line)
    {
        var answer = reply(line);
        if (answer is null || answer.StartsWith('2'))
        {
            _recipients.Add(line);
        }

        return await GiveAsync(answer ?? "250 OK");
    }

    private async Task<bool> DataAsync(string line)
    {
        var answer = reply(line) ?? (_recipients.Count == 0 ? "503 no recipients" : "354 go ahead");
        if (!await GiveAsync(answer))
        {
            return false;
        }

        if (!answer.StartsWith("354", StringComparison.Ordinal))
        {
            return true;
        }

        if (await session.ReadDataAsync() is null)
        {
            return false;
        }

        if (!_lmtp)
        {
            return await AnswerAsync(SmtpPeerReply.EndOfData, "250 OK id=1");
        }

        foreach (var recipient in _recipients)
        {
            if (!await AnswerAsync($"{SmtpPeerReply.EndOfData} {recipient}", "250 OK"))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> StartTlsAsync(string line)
    {
        if (certificate is null || (reply(line) is { } refusal && !refusal.StartsWith('2')))
        {
            return true;
        }

        await session.StartTlsAsync(certificate);
        _tls = true;
        return true;
    }

    private Task<bool> AnswerAsync(string command, string usual) => GiveAsync(reply(command) ?? usual);

    private async Task<bool> GiveAsync(string answer)
    {
        switch (answer)
        {
            case SmtpPeerReply.Close or SmtpPeerReply.Reset:
                session.Close(answer == SmtpPeerReply.Reset);
                return false;
            case SmtpPeerReply.Silence:
                await session.StaySilentAsync();
                return false;
            default:
                await session.SendAsync(answer);
                return true;
        }
    }
}
