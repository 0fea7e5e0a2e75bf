using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Message;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>Makes the messages of a demonstration: every kind that a gateway meets at least once, the rest in everyday proportions.</summary>
internal sealed class DemoMail
{
    /// <summary>As many as there are kinds that must occur.</summary>
    public const int MinMessages = 20;

    private const int LargeBlock = 64 * 1024;
    private const int LargeRepeats = 80; // 5 MiB

    private static readonly string[] Users =
    [
        "anna", "bert", "carla", "dora", "emil", "frieda", "georg", "hanna", "ida", "jakob",
        "klara", "ludwig", "martha", "nils", "olga", "paul", "rosa", "simon", "theo", "vera",
    ];

    private static readonly string[] Outside =
        ["sales@partner.example", "mueller@partner.example", "dean@university.example", "orders@shop.example", "singer@garden-club.example", "help@bank.example"];

    private readonly Random _random;
    private readonly DemoText _text;
    private readonly DemoWorld _world;
    private readonly TimeProvider _time;
    private int _number;

    private DemoMail(DemoWorld world, Random random, TimeProvider time)
    {
        _world = world;
        _random = random;
        _text = new DemoText(random);
        _time = time;
    }

    public static ImmutableArray<DemoSubmission> Make(DemoWorld world, int count, int seed, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, MinMessages);
        var mail = new DemoMail(world, new Random(seed), time);
        var messages = mail.EveryKind().ToList();
        while (messages.Count < count)
        {
            messages.Add(mail.Everyday());
        }

        var shuffled = messages.ToArray();
        mail._random.Shuffle(shuffled);
        return [.. shuffled];
    }

    private IEnumerable<DemoSubmission> EveryKind()
    {
        // What goes well.
        yield return Message(Honest(), Local(1));
        yield return Message(Honest(), Local(20));
        yield return Message(Honest(), [At("choir")]);
        yield return Message(Honest(), [At("postmaster")]);
        yield return Message(Honest(), ["till@branch.example", .. Local(2)]);
        yield return Message(DemoCorrespondent.Office("anna"), [.. Outside, .. Local(3)]);
        yield return Large(DemoCorrespondent.Honest[2], Local(2));

        // What comes back: a peer's refusal, behind an alias too, and a domain that does not exist. What waits: a peer that defers.
        yield return Message(DemoCorrespondent.Office("bert"), ["nobody@partner.example"]);
        yield return Message(DemoCorrespondent.Office("martha"), [At("project"), "later@shop.example"]);
        yield return Message(DemoCorrespondent.Office("vera"), ["info@no-such-domain.example", .. Local(1)]);
        yield return Message(DemoCorrespondent.Office("olga"), ["later@garden-club.example"]);

        // What is doubtful, and goes to quarantine.
        yield return Tampered(DemoCorrespondent.Honest[5], Local(1));
        yield return Tampered(DemoCorrespondent.Honest[0], Local(3));
        yield return Message(DemoCorrespondent.Forger("orders", "shop.example"), Local(2));

        // What is refused: forged where the domain forbids it, relaying, unknown users.
        yield return Message(DemoCorrespondent.Forger("statements", "bank.example"), Local(1));
        yield return Message(DemoCorrespondent.Forger("security", "bank.example"), Local(4));
        yield return Message(Honest(), ["victim@elsewhere.example"]);
        yield return Message(Honest(), [At("nobody-here")]);
        yield return Message(Honest(), [At("xaver"), .. Local(2)]);
        yield return Message(DemoCorrespondent.Forger("friend", "garden-club.example"), [.. Local(1), "other@elsewhere.example"]);
    }

    private DemoSubmission Everyday() => _random.Next(100) switch
    {
        < 45 => Message(Honest(), Local(1)),
        < 60 => Message(Honest(), Local(_random.Next(2, 21))),
        < 68 => Message(Honest(), [At("team")]),
        < 84 => Message(DemoCorrespondent.Office(User()), [Outside[_random.Next(Outside.Length)], .. _random.Next(3) == 0 ? Local(2) : []]),
        < 91 => Message(Honest(), ["till@branch.example"]),
        < 94 => Message(DemoCorrespondent.Forger("orders", "shop.example"), Local(1)),
        < 96 => Tampered(DemoCorrespondent.Honest[0], Local(1)),
        < 98 => Message(DemoCorrespondent.Forger("statements", "bank.example"), Local(1)),
        _ => Message(Honest(), [At("unknown"), .. Local(1)]),
    };

    private DemoSubmission Message(DemoCorrespondent from, ImmutableArray<string> to)
    {
        var (fields, body) = _text.Body();
        var header = Header(from, to, fields);
        return Submission(from, to, new DemoContent(from.Signs ? Sign(from, new DemoContent(header, body)) : header, body));
    }

    /// <summary>A signed message to which somebody has added a line on its way.</summary>
    private DemoSubmission Tampered(DemoCorrespondent from, ImmutableArray<string> to)
    {
        var honest = Message(from, to);
        byte[] body = [.. honest.Content.Block.Span, .. "Please transfer the amount to our new account.\r\n"u8];
        return honest with { Content = honest.Content with { Block = body } };
    }

    private DemoSubmission Large(DemoCorrespondent from, ImmutableArray<string> to)
    {
        var header = Header(from, to, "Content-Type: application/octet-stream; name=scans.tar\r\nContent-Transfer-Encoding: base64\r\n");
        var content = new DemoContent(header, _text.Base64(LargeBlock), LargeRepeats);
        return Submission(from, to, content with { Header = Sign(from, content) });
    }

    private static DemoSubmission Submission(DemoCorrespondent from, ImmutableArray<string> to, DemoContent content) =>
        new(from.Client, from.Helo, from.Address, to, content);

    private byte[] Header(DemoCorrespondent from, ImmutableArray<string> to, string fields)
    {
        var now = _time.GetUtcNow();
        return Encoding.ASCII.GetBytes(
            $"From: {from.Address}\r\nTo: {string.Join(",\r\n ", to)}\r\nSubject: {_text.Subject()}\r\nDate: {MailDate.Format(now)}\r\n"
            + $"Message-ID: <{++_number}.{now.ToUnixTimeMilliseconds()}@{from.Helo}>\r\nMIME-Version: 1.0\r\n{fields}");
    }

    /// <returns>The header with its signature on top.</returns>
    private byte[] Sign(DemoCorrespondent from, DemoContent content)
    {
        HeaderBlock.Parse(content.Header, HeaderLimits.Default, out var header, out _, out _);
        var options = new DkimSigningOptions { Domain = from.Domain, Selector = DemoWorld.Selector, Key = _world.Key, Timestamp = true };
        using var signer = DkimSigner.Create(header, options, _time, out var problem) ?? throw new InvalidOperationException(problem);
        for (var i = 0; i < content.Repeats; i++)
        {
            signer.Append(content.Block.Span);
        }

        return [.. signer.Sign(), .. content.Header.Span];
    }

    private DemoCorrespondent Honest() => DemoCorrespondent.Honest[_random.Next(DemoCorrespondent.Honest.Length)];

    private string User() => Users[_random.Next(Users.Length)];

    private ImmutableArray<string> Local(int count)
    {
        var users = Users.ToArray();
        _random.Shuffle(users);
        return [.. users.Take(count).Select(At)];
    }

    private static string At(string localPart) => $"{localPart}@{DemoWorld.LocalDomain}";
}
