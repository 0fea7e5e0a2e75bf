using System.Buffers;
using System.Text;
using Pipeline.Connectors.Dns;
using Pipeline.Connectors.Lookups.Redis;
using Pipeline.Connectors.Scanners;
using Pipeline.Connectors.Smtp;
using Pipeline.Mail.Ident;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Scanning;
using Pipeline.Policy.Authentication.Dovecot;

namespace Pipeline.Fuzz;

/// <summary>What peers say on the wire: SMTP commands, data, replies, headers and DNS messages.</summary>
internal static class ProtocolTargets
{
    private const SmtpExtensions Everything = (SmtpExtensions)63;

    public static FuzzTarget[] All { get; } =
    [
        new("smtp-command", ReadCommand, Targets.Seeds(
            "MAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x+2By AUTH=<>", "RCPT TO:<\"q\"@[IPv6:::1]> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+40b",
            "EHLO mail.example", "BDAT 1000 LAST", "STARTTLS", "VRFY somebody", "NOOP x"), AllocationFactor: 256),
        new("smtp-data", DecodeData, Targets.Seeds("a\r\n..\r\nb\r\n.\r\nQUIT\r\n", "\n.\n", "\r.\r", "a\n.\r\nb\r\n.\n\r\n.\r\n", ".\r\n")),
        new("smtp-chunk", DecodeChunk, Targets.Seeds("a\r\nb\r\n", "a\rb\nc", "\r\n.\r\n")),
        new("smtp-reply", ReadReply, Targets.Seeds("250-a\r\n250-PIPELINING\r\n250 5.1.1 b\r\n", "220 x\r\n", "421\r\n", "550-5.7.1 no\r\n550 5.7.1 really\r\n"), AllocationFactor: 256),
        new("socks-reply", ReadSocksReply, [Convert.FromHexString("05000001010203040019"), Convert.FromHexString("0501000301610019"), [5, 0, 0, 4, .. new byte[18]]]),
        new("header", ScanHeader, Targets.Seeds("A: 1\r\nSubject : x\r\n\ty\r\n\r\nbody\r\n", "From: a\r\nno field\r\n", "\r\n"), AllocationFactor: 256),
        new("spamd-reply", ReadSpamdReply, Targets.Seeds(
            "SPAMD/1.1 0 EX_OK\r\nContent-length: 9\r\nSpam: True ; 15.04 / 5.0\r\nX: y\r\n\r\nline\r\ntwo", "SPAMD/1.5 0 EX_OK\nspam: False ; -2 / 5\n\nreport",
            "SPAMD/1.0 76 Bad header line\r\n"), AllocationFactor: 256),
        new("clamd-reply", ReadClamdReply, Targets.Seeds("stream: Eicar-Test FOUND\0", "/a: b.eml: OK\0", "INSTREAM size limit exceeded. ERROR\0"), AllocationFactor: 256),
        new("dcc-reply", ReadDccReply, Targets.Seeds("A\nAA\nX-DCC-x-Metrics: h 1; Body=1\n Fuz1=1\n\n", "T\n\n", "body\n\nX-DCC-x: 1"), AllocationFactor: 256),
        new("bmi-answer", ReadBmiAnswer, Targets.Seeds(
            """{"verdicts":[{"recipients":["b@c.test"],"deliver":false,"rules":[5,8]},{"recipients":["d@c.test"],"location":"X-Spam: yes\n more","problem":"none"}]}""",
            """{"verdicts":[]}"""), AllocationFactor: 512),
        new("bmi-verdicts", ReadBmiVerdicts, Targets.Seeds(
            BmiVerdicts.Write([new BmiVerdict(["b@c.test", "d@c.test"], false, null, [5, 8]), new BmiVerdict(["e@c.test"], true, "folder", [], "none")]), "bm8=:?:"), AllocationFactor: 512),
        new("rspamd-reply", ReadRspamdReply, Targets.Seeds(
            "RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; 15.00 / 15.00 / 0.0\r\nAction: reject\r\nSymbol: GTUBE(0.00)\r\n", "RSPAMD/1.3 0 EX_OK\nMetric: default; True; -2 / 15\n",
            "RSPAMD/1.3 500 Internal error\r\n"), AllocationFactor: 256),
        new("scan-question", ReadScanQuestion, Targets.Seeds(
            "{\"form\":1,\"message\":\"m\",\"user\":\"joe\",\"servers\":\"127.0.0.1 783\",\"size\":1234,\"deadlineMs\":60000}\n",
            "{\"form\":1,\"message\":\"m\",\"user\":\"u\",\"servers\":\"s\",\"size\":1,\"deadlineMs\":1,\"envelope\":{\"sender\":\"a@b\",\"recipients\":[\"c@d\"],\"recipientCount\":2,\"helo\":\"x\"}}\n"), AllocationFactor: 512),
        new("scan-answer", ReadScanAnswer, Targets.Seeds(
            "{\"form\":1,\"by\":\"n2\",\"score\":7.5,\"threshold\":5,\"report\":\"a\\nb\"}", "{\"form\":1,\"by\":\"n2\",\"reason\":\"down\"}"), AllocationFactor: 512),
        new("dovecot-line", ReadDovecotLine, Targets.Seeds(
            "OK\t1\tuser=joe\toriginal_user=x\u0001ty", "CONT\t1\tVXNlcm5hbWU6", "FAIL\t1\ttemp\treason=\u0001", "MECH\tPLAIN\tplaintext"), AllocationFactor: 128),
        new("redis-reply", ReadRedisReply, Targets.Seeds("+OK\r\n", "-ERR no\r\n", ":42\r\n", "$5\r\nhe\r\no\r\n", "$-1\r\n", "*3\r\n$1\r\na\r\n:7\r\n*2\r\n+b\r\n$-1\r\n", "*0\r\n", "*-1\r\n")),
        new("redis-command", ReadRedisCommand, Targets.Seeds("GET a\\ b\tc", " set x \\\\ ", "\\"), AllocationFactor: 128),
        new("ident-reply", ReadIdentReply, Targets.Seeds("4711 , 25 : USERID : UNIX , US-ASCII : joe\r\n", "4711,25:ERROR:NO-USER\r\n")),
        new("dns-message", ReadDns, [DnsSeed()], AllocationFactor: 1024),
    ];

    private static void ReadCommand(ReadOnlySpan<byte> input) => _ = SmtpCommandParser.Parse(input, SmtpGrammar.Default, Everything, smtpUtf8: true);

    private static void ReadIdentReply(ReadOnlySpan<byte> input)
    {
        var user = IdentReply.Read(input, 4711, 25);
        Targets.Require(user is null || (user.Length is > 0 and <= 4 * IdentReply.MaxUserBytes && user.All(static c => c is >= ' ' and < '\u007F')), "users are printable and bounded");
    }

    private delegate OperationStatus ReplyParser(ReadOnlySpan<byte> octets, bool ended, out SpamdReply? reply, out string problem);

    private static void ReadClamdReply(ReadOnlySpan<byte> input)
    {
        var whole = ClamdReply.Parse(input, ended: true, out var reply, out var problem);
        Targets.Require(whole == OperationStatus.Done == (problem.Length == 0), "a verdict or a problem");
        Targets.Require(reply.Malware is null || reply.Malware.All(static c => c is >= ' ' and < '\u007F'), "names are printable");
        var early = ClamdReply.Parse(input, ended: false, out var same, out _);
        Targets.Require(early == OperationStatus.NeedMoreData || (early == whole && same == reply), "what is whole stays so");
    }

    private static void ReadDccReply(ReadOnlySpan<byte> input)
    {
        var verdict = DccReply.Parse(input);
        Targets.Require(verdict is null == input.IsEmpty, "whatever is said is an answer");
        Targets.Require(
            verdict is not { Header.Length: > 0 } || (verdict.Header.EndsWith('\n') && verdict.Header.TrimEnd('\n').Split('\n').Skip(1).All(static line => line is [' ' or '\t', ..])),
            "one field and its folds");
    }

    /// <summary>Verdicts are about recipients that were asked about, and come through the queue as they are.</summary>
    private static void ReadBmiAnswer(ReadOnlySpan<byte> input)
    {
        var verdicts = BmiAnswer.Parse(input, new HashSet<string>(["b@c.test", "d@c.test"], StringComparer.OrdinalIgnoreCase), out var problem);
        Targets.Require(verdicts.IsDefault == (problem.Length > 0), "verdicts or a problem");
        foreach (var verdict in verdicts.IsDefault ? [] : verdicts)
        {
            Targets.Require(verdict.Recipients.Length > 0 && verdict.Rules.All(static rule => rule > 0), "each names somebody, and rules have numbers");
            Targets.Require(BmiVerdicts.Read(BmiVerdicts.Write([verdict])).Of(verdict.Recipients[0])?.Verdict.Location == verdict.Location, "a token is the verdict");
        }
    }

    private static void ReadBmiVerdicts(ReadOnlySpan<byte> input)
    {
        var tokens = Encoding.Latin1.GetString(input);
        _ = BmiVerdicts.Read(tokens).Of("b@c.test");
        Targets.Require(BmiVerdicts.Fit(tokens, 64).Length <= 64, "what has room has room");
    }

    private static void ReadSpamdReply(ReadOnlySpan<byte> input) => ReadScanReply(SpamdReply.Parse, input);

    private static void ReadRspamdReply(ReadOnlySpan<byte> input) => ReadScanReply(RspamdReply.Parse, input);

    /// <summary>A reply that is read early is read the same with more behind it; and there is a reply, or a problem, or more is needed.</summary>
    private static void ReadScanReply(ReplyParser parse, ReadOnlySpan<byte> input)
    {
        var whole = parse(input, ended: true, out var reply, out var problem);
        Targets.Require(whole != OperationStatus.NeedMoreData, "at the end nothing more is needed");
        Targets.Require((reply is not null) == (whole == OperationStatus.Done) && (problem.Length > 0) == (whole == OperationStatus.InvalidData), "result and status agree");
        var begin = parse(input[..(input.Length / 2)], ended: false, out var early, out _);
        Targets.Require(begin != OperationStatus.Done || early == reply, "what is read early stays");
        Targets.Require(begin != OperationStatus.InvalidData || whole == OperationStatus.InvalidData, "what is wrong stays wrong");
    }

    /// <summary>What is read early is read the same with more behind it.</summary>
    private static void ReadRedisReply(ReadOnlySpan<byte> input)
    {
        var status = RedisReply.Parse(input, out var reply, out var consumed, out var problem);
        Targets.Require(status == OperationStatus.InvalidData == (problem.Length > 0), "a reply, a problem, or more is needed");
        Targets.Require(consumed <= input.Length, "consumed lies in the input");
        if (status == OperationStatus.Done)
        {
            var again = RedisReply.Parse(input[..consumed], out var same, out _, out _);
            Targets.Require(again == OperationStatus.Done && same.ToResult() == reply.ToResult(), "the octets of a reply are the reply");
            Targets.Require(RedisReply.Parse(input[..(consumed - 1)], out _, out _, out _) == OperationStatus.NeedMoreData, "none of them can be missing");
        }
    }

    /// <summary>No parameter of a line holds a tab that was not written as such.</summary>
    private static void ReadDovecotLine(ReadOnlySpan<byte> input)
    {
        var line = DovecotLine.Parse(input);
        Targets.Require(line.Parameters.Length == input.Count((byte)'\t'), "tabs end parameters");
        _ = line.Challenge();
        Targets.Require((line.Value("user")?.Length ?? 0) <= input.Length, "a value is no longer than its line");
    }

    /// <summary>Words written with the quoting of the language are the same words.</summary>
    private static void ReadRedisCommand(ReadOnlySpan<byte> input)
    {
        if (RedisCommand.Parse(Encoding.Latin1.GetString(input)) is { } command)
        {
            var quoted = string.Join(' ', command.Words.Select(word => string.Concat(word.Select(c => c is ' ' or '\t' or '\n' or '\r' or '\\' ? $"\\{c}" : $"{c}"))));
            Targets.Require(RedisCommand.Parse(quoted)?.Words.SequenceEqual(command.Words) == true, "quoting is the inverse");
        }
    }

    private static void ReadScanQuestion(ReadOnlySpan<byte> input) =>
        Targets.Require((ScanJson.ReadQuestion(input, out var problem) is null) == (problem.Length > 0), "a question or a problem");

    private static void ReadScanAnswer(ReadOnlySpan<byte> input) => _ = ScanJson.ReadAnswer(input, "n2");

    /// <summary>Cut anywhere, the data decode alike; and nothing but CRLF, dot, CRLF ends them.</summary>
    private static void DecodeData(ReadOnlySpan<byte> input)
    {
        foreach (var policy in (ReadOnlySpan<BareLineEndPolicy>)[BareLineEndPolicy.Refuse, BareLineEndPolicy.Normalise])
        {
            var (whole, wholeEnd) = Decode(input, input.Length, policy);
            var (cut, cutEnd) = Decode(input, input.Length / 2, policy);
            Targets.Require(wholeEnd == cutEnd && whole.AsSpan().SequenceEqual(cut), "pieces do not matter");
            var end = input.StartsWith(".\r\n"u8) ? 3 : input.IndexOf("\r\n.\r\n"u8) is var at and >= 0 ? at + 5 : -1;
            Targets.Require(wholeEnd == end, "only CRLF . CRLF ends the data");
        }
    }

    private static (byte[] Output, int End) Decode(ReadOnlySpan<byte> input, int cut, BareLineEndPolicy policy)
    {
        var decoder = new DotDataDecoder(policy);
        var output = new ArrayBufferWriter<byte>(input.Length + DotDataDecoder.MinDestination);
        var position = 0;
        foreach (var limit in (ReadOnlySpan<int>)[cut, input.Length])
        {
            OperationStatus status;
            do
            {
                status = decoder.Decode(input[position..limit], output.GetSpan(DotDataDecoder.MinDestination), out var consumed, out var written);
                position += consumed;
                output.Advance(written);
                if (status == OperationStatus.Done)
                {
                    return (output.WrittenSpan.ToArray(), position);
                }
            }
            while (status == OperationStatus.DestinationTooSmall);
        }

        return (output.WrittenSpan.ToArray(), -1);
    }

    private static void DecodeChunk(ReadOnlySpan<byte> input)
    {
        var decoder = new ChunkDataDecoder(BareLineEndPolicy.Normalise);
        var buffer = new byte[64 + ChunkDataDecoder.MinDestination];
        var position = 0;
        while (position < input.Length)
        {
            _ = decoder.Decode(input[position..], buffer, out var consumed, out var written);
            Targets.Require(consumed > 0 || written > 0, "there is progress");
            position += consumed;
        }

        _ = decoder.Finish(buffer);
    }

    private static void ReadSocksReply(ReadOnlySpan<byte> input)
    {
        var status = SocksReply.Parse(input, out var code, out var needed);
        Targets.Require(status == OperationStatus.NeedMoreData == needed > 0, "it says what is missing, when something is");
        Targets.Require(input.Length + needed <= SocksReply.MaxLength || needed == 0, "answers are short");
        _ = SocksReply.Meaning(code);
    }

    private static void ReadReply(ReadOnlySpan<byte> input)
    {
        var parser = new SmtpReplyParser();
        var position = 0;
        while (position < input.Length)
        {
            var status = parser.Parse(input[position..], out var consumed);
            position += consumed;
            if (status == OperationStatus.Done)
            {
                _ = parser.ToReply().ToString();
                parser = new SmtpReplyParser();
            }
            else
            {
                break;
            }
        }
    }

    private static void ScanHeader(ReadOnlySpan<byte> input)
    {
        var one = new HeaderScanner();
        var status = one.Append(input, out _);
        status = status == OperationStatus.NeedMoreData ? one.Complete() : status;
        var two = new HeaderScanner();
        var half = input.Length / 2;
        var again = two.Append(input[..half], out _);
        again = again == OperationStatus.NeedMoreData ? two.Append(input[half..], out _) : again;
        again = again == OperationStatus.NeedMoreData ? two.Complete() : again;
        Targets.Require(status == again && one.Header.Bytes.Span.SequenceEqual(two.Header.Bytes.Span), "pieces do not matter");
    }

    private static void ReadDns(ReadOnlySpan<byte> input) => _ = DnsMessageReader.Read(input);

    /// <summary>An answer with a compressed name, an alias and an address.</summary>
    private static byte[] DnsSeed() =>
    [
        0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0,
        .. "\u0003www\u0007example\0"u8, 0, 1, 0, 1,
        0xC0, 0x0C, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, .. "\u0001a"u8, 0xC0, 0x10,
        0xC0, 0x1D, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,
    ];
}
