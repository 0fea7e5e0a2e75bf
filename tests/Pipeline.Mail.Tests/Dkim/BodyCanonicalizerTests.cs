using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Mail.Dkim;

namespace Pipeline.Mail.Tests.Dkim;

public sealed class BodyCanonicalizerTests
{
    public static TheoryData<string, string, string> Bodies => new()
    {
        // body, simple, relaxed
        { "", "\r\n", "" },
        { "\r\n", "\r\n", "" },
        { "\r\n\r\n\r\n", "\r\n", "" },
        { "a", "a\r\n", "a\r\n" },
        { "a\r\n", "a\r\n", "a\r\n" },
        { "a\r\n\r\n\r\n", "a\r\n", "a\r\n" },
        { "a\r\n \r\n", "a\r\n \r\n", "a\r\n" },
        { " \r\n", " \r\n", "" },
        { " ", " \r\n", "" },
        { " a \t b \r\n\tc\t\r\n", " a \t b \r\n\tc\t\r\n", " a b\r\n c\r\n" },
        { " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n" },
        { "\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n" },
        { "a\nb\n", "a\nb\n\r\n", "a\nb\n\r\n" },
        { "a\rb\r", "a\rb\r\r\n", "a\rb\r\r\n" },
        { "a \r\r\nb", "a \r\r\nb\r\n", "a \r\r\nb\r\n" },
        { "a \nb", "a \nb\r\n", "a \nb\r\n" },
        { "x\r\n\ty\r\n \t \r\n z", "x\r\n\ty\r\n \t \r\n z\r\n", "x\r\n y\r\n\r\n z\r\n" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_has_the_same_form_whole_and_in_three_pieces_cut_anywhere(string body, string simple, string relaxed)
    {
        var bytes = Encoding.ASCII.GetBytes(body);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                byte[][] pieces = [bytes[..first], bytes[first..second], bytes[second..]];
                Assert.Equal(simple, Canonicalise(CanonicalForm.Simple, pieces));
                Assert.Equal(relaxed, Canonicalise(CanonicalForm.Relaxed, pieces));
            }
        }
    }

    [Theory]
    [InlineData(CanonicalForm.Simple, "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=")]
    [InlineData(CanonicalForm.Relaxed, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    public void The_hash_of_an_empty_body_is_the_one_of_RFC_6376(CanonicalForm form, string expected)
    {
        using var hashes = new BodyHashSet(1);
        Assert.True(hashes.TryRequest(form, null, out var id));
        hashes.Finish();
        Assert.Equal(expected, Convert.ToBase64String(hashes.Read(id).Digest.Span));
    }

    [Fact]
    public void Random_bodies_in_random_pieces_have_the_form_that_the_text_of_the_RFC_describes()
    {
        var random = new Random(6376);
        string[] parts = ["a", "bc", " ", "  ", "\t", "\r\n", "\r\n\r\n", "\r", "\n", "word word"];
        for (var round = 0; round < 20_000; round++)
        {
            var body = string.Concat(Enumerable.Range(0, random.Next(0, 16)).Select(_ => parts[random.Next(parts.Length)]));
            var pieces = Message.HeaderScannerTests.Cut(Encoding.ASCII.GetBytes(body), random);
            Assert.Equal(Reference(body, isRelaxed: false), Canonicalise(CanonicalForm.Simple, pieces));
            Assert.Equal(Reference(body, isRelaxed: true), Canonicalise(CanonicalForm.Relaxed, pieces));
        }
    }

    [Fact]
    public void One_pass_gives_every_length_and_form_that_is_asked_for()
    {
        var body = Encoding.ASCII.GetBytes("hello  world\r\n\r\nmore \r\n");
        using var hashes = new BodyHashSet(3);
        Assert.True(hashes.TryRequest(CanonicalForm.Simple, 7, out var seven));
        Assert.True(hashes.TryRequest(CanonicalForm.Relaxed, null, out var whole));
        Assert.True(hashes.TryRequest(CanonicalForm.Relaxed, null, out var again));
        Assert.True(hashes.TryRequest(CanonicalForm.Simple, 1000, out var beyond));
        Assert.False(hashes.TryRequest(CanonicalForm.Simple, 8, out _));
        hashes.Append(body);
        hashes.Finish();
        Assert.Equal(whole, again);
        Assert.Equal(SHA256.HashData("hello  "u8), hashes.Read(seven).Digest.ToArray());
        Assert.Equal(SHA256.HashData("hello world\r\n\r\nmore\r\n"u8), hashes.Read(whole).Digest.ToArray());
        Assert.Equal(SHA256.HashData(body), hashes.Read(beyond).Digest.ToArray());
        Assert.Equal((ulong)body.Length, hashes.Read(beyond).CanonicalLength);
    }

    [Fact]
    public void A_million_blank_lines_are_held_back_as_a_number()
    {
        using var hashes = new BodyHashSet(2);
        Assert.True(hashes.TryRequest(CanonicalForm.Simple, null, out var simple));
        Assert.True(hashes.TryRequest(CanonicalForm.Relaxed, null, out var relaxed));
        var lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("\r\n", 1000)));
        for (var i = 0; i < 1000; i++)
        {
            hashes.Append(lines);
        }

        hashes.Finish();
        Assert.Equal(2UL, hashes.Read(simple).CanonicalLength);
        Assert.Equal(0UL, hashes.Read(relaxed).CanonicalLength);
    }

    private static string Canonicalise(CanonicalForm form, params byte[][] pieces)
    {
        var output = new ArrayBufferWriter<byte>();
        var canonicalizer = new BodyCanonicalizer(form);
        foreach (var piece in pieces)
        {
            canonicalizer.Append(piece, output);
        }

        canonicalizer.Finish(output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    /// <summary>RFC 6376 sections 3.4.3 and 3.4.4 word for word, over the whole body as text.</summary>
    private static string Reference(string body, bool isRelaxed)
    {
        var lines = body.Split("\r\n").ToList();
        if (lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        if (isRelaxed)
        {
            lines = [.. lines.Select(l => string.Join(' ', SplitBlanks(l)).TrimEnd(' '))];
        }

        while (lines.Count > 0 && lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines.Count == 0 ? (isRelaxed ? "" : "\r\n") : string.Concat(lines.Select(l => l + "\r\n"));
    }

    private static List<string> SplitBlanks(string line)
    {
        var words = new List<string> { "" };
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is not (' ' or '\t'))
            {
                words[^1] += line[i];
            }
            else if (i == 0 || line[i - 1] is not (' ' or '\t'))
            {
                words.Add("");
            }
        }

        return words;
    }
}
