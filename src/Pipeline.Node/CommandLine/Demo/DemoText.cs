using System.Text;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>What the people of the demonstration write: subjects and bodies of several kinds, the same for the same seed.</summary>
internal sealed class DemoText(Random random)
{
    private const int LineLength = 72;
    private const int AttachmentLine = 57; // octets that make a line of 76 characters in base64

    private static readonly string[] Subjects =
    [
        "Minutes of Tuesday's meeting", "Invoice 2291", "Re: Holiday plans", "Your order has been sent", "Seminar next week", "Fwd: Route for Sunday",
        "Reminder: annual dues", "=?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_Z=C3=BCrich?=", "Draft for comments", "=?UTF-8?B?UsOpdW5pb24gZGUgamV1ZGk=?=", "Statement of account",
    ];

    private static readonly string[] Words =
    [
        "the", "bridge", "over", "our", "river", "will", "be", "closed", "from", "Monday", "because", "somebody", "has", "to", "repair", "its", "northern",
        "pillar", "please", "bring", "apples", "and", "a", "rope", "café", "größer", "than", "last", "year", "we", "meet", "at", "seven", "in", "front", "of",
        "library", "unless", "it", "rains", "naïve", "questions", "are", "welcome", "thanks", "for", "your", "patience",
    ];

    public string Subject() => Subjects[random.Next(Subjects.Length)];

    /// <summary>A body and the MIME fields that belong to it.</summary>
    public (string Fields, byte[] Body) Body() => random.Next(4) switch
    {
        0 => Alternative(),
        1 => WithAttachment(random.Next(2_000, 40_000)),
        _ => ("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n", Encoding.UTF8.GetBytes(Paragraphs(random.Next(1, 6)))),
    };

    /// <summary>Base64 in whole lines, about <paramref name="size"/> octets of it.</summary>
    public byte[] Base64(int size)
    {
        var raw = new byte[AttachmentLine];
        var text = new StringBuilder(size + AttachmentLine);
        while (text.Length < size)
        {
            random.NextBytes(raw);
            text.Append(Convert.ToBase64String(raw)).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private (string Fields, byte[] Body) Alternative()
    {
        var boundary = Boundary();
        var text = Paragraphs(2);
        var body = $"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
            + $"--{boundary}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>{text}</p>\r\n--{boundary}--\r\n";
        return ($"Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n", Encoding.UTF8.GetBytes(body));
    }

    private (string Fields, byte[] Body) WithAttachment(int size)
    {
        var boundary = Boundary();
        var body = $"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{Paragraphs(1)}\r\n"
            + $"--{boundary}\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=bridge.jpg\r\n\r\n"
            + $"{Encoding.ASCII.GetString(Base64(size))}--{boundary}--\r\n";
        return ($"Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n", Encoding.UTF8.GetBytes(body));
    }

    private string Boundary() => $"=_{random.NextInt64():x16}";

    private string Paragraphs(int count)
    {
        var text = new StringBuilder();
        for (var paragraph = 0; paragraph < count; paragraph++)
        {
            var line = 0;
            for (var word = random.Next(20, 80); word > 0; word--)
            {
                var next = Words[random.Next(Words.Length)];
                text.Append(next).Append((line += next.Length + 1) > LineLength ? "\r\n" : " ");
                line = line > LineLength ? 0 : line;
            }

            text.Append("\r\n\r\n");
        }

        return text.ToString();
    }
}
