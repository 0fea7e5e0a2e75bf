using Pipeline.Storage.Policies;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Tests.Policies;

public sealed class PolicyBundleTests
{
    private const string Main = "/etc/main.conf";

    [Fact]
    public void The_digest_is_the_same_whatever_the_order_of_the_files() => Assert.Equal(
        Bundles.Make(Main, [], [Bundles.File(Main, "a"), Bundles.File("/b", "b")]).Digest,
        Bundles.Make(Main, [], [Bundles.File("/b", "b"), Bundles.File(Main, "a")]).Digest);

    [Fact]
    public void The_digest_of_a_known_bundle_never_changes() => Assert.Equal(
        "8fe1572a4d7e89f7f5a11d6c11143c504cb66b5091d15348ebb2e025b266ec35",
        Bundles.Make(Main, [new PolicyMacro("A", "1")], [Bundles.File(Main, "a\n"), Bundles.Absent("/b")]).Digest);

    [Fact]
    public void Bundles_that_differ_anywhere_have_digests_of_their_own()
    {
        PolicyMacro a = new("A", "1"), b = new("B", "1");
        PolicyBundle[] bundles =
        [
            Bundles.Make(Main, [], [Bundles.File(Main, "a")]),
            Bundles.Make(Main, [], [Bundles.File(Main, "b")]),
            Bundles.Make(Main, [], [Bundles.File(Main, "")]),
            Bundles.Make(Main, [], [Bundles.File(Main, "a"), Bundles.File("/b", "")]),
            Bundles.Make(Main, [], [Bundles.File(Main, "a"), Bundles.Absent("/b")]),
            Bundles.Make("/b", [], [Bundles.File("/b", "a")]),
            Bundles.Make(Main, [a], [Bundles.File(Main, "a")]),
            Bundles.Make(Main, [a, b], [Bundles.File(Main, "a")]),
            Bundles.Make(Main, [b, a], [Bundles.File(Main, "a")]),
            Bundles.Make(Main, [new PolicyMacro("A", ""), new PolicyMacro("1", "")], [Bundles.File(Main, "a")]),
        ];

        Assert.Equal(bundles.Length, bundles.Select(bundle => bundle.Digest).Distinct().Count());
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void The_number_of_files_is_bounded(int beyond, bool taken)
    {
        var files = Enumerable.Range(0, PolicyBundle.MaxFiles + beyond - 1).Select(i => Bundles.Absent($"/{i}")).Append(Bundles.File(Main, ""));

        Assert.Equal(taken, PolicyBundle.TryCreate(Main, [], files, out var problem) is not null);
        Assert.Equal(taken ? "" : "the configuration has 1001 files; at most 1000 can be published", problem);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void The_number_of_macros_is_bounded(int beyond, bool taken)
    {
        var macros = Enumerable.Range(0, PolicyBundle.MaxMacros + beyond).Select(i => new PolicyMacro($"A{i}", ""));

        Assert.Equal(taken, PolicyBundle.TryCreate(Main, macros, [Bundles.File(Main, "")], out var problem) is not null);
        Assert.Equal(taken ? "" : "the configuration has 1001 macros on the command line; at most 1000 can be published", problem);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void The_octets_are_bounded(int beyond, bool taken)
    {
        var content = new byte[PolicyBundle.MaxBytes - Main.Length + beyond];

        Assert.Equal(taken, PolicyBundle.TryCreate(Main, [], [new PolicyFile(Main, content)], out var problem) is not null);
        Assert.Equal(taken ? "" : "the configuration has 4194305 octets; at most 4194304 can be published", problem);
    }

    [Fact]
    public void A_bundle_needs_its_main_file()
    {
        Assert.Null(PolicyBundle.TryCreate(Main, [], [Bundles.File("/other", "")], out var missing));
        Assert.Null(PolicyBundle.TryCreate(Main, [], [Bundles.Absent(Main)], out var absent));
        Assert.Equal("the main file /etc/main.conf is not among the files", missing);
        Assert.Equal(missing, absent);
    }

    [Fact]
    public void A_file_occurs_once()
    {
        Assert.Null(PolicyBundle.TryCreate(Main, [], [Bundles.File(Main, ""), Bundles.File(Main, "")], out var problem));
        Assert.Equal("/etc/main.conf is among the files twice", problem);
    }

    [Fact]
    public void Text_that_no_encoding_has_is_refused() =>
        Assert.Null(PolicyBundle.TryCreate(Main, [new PolicyMacro("A", "\ud800")], [Bundles.File(Main, "")], out _));

    [Fact]
    public void What_is_written_is_read_again()
    {
        var random = new Random(20);
        for (var round = 0; round < 300; round++)
        {
            var bundle = Any(random);

            var read = BundleForm.Read(BundleForm.Write(bundle), 1, bundle.Digest);

            Assert.Equal(bundle.Main, read.Main);
            Assert.Equal(bundle.Macros.AsEnumerable(), read.Macros);
            Assert.Equal(bundle.Files.Select(Describe), read.Files.Select(Describe));
        }
    }

    [Fact]
    public void Damage_is_noticed_and_never_read_as_another_policy()
    {
        var random = new Random(21);
        for (var round = 0; round < 2_000; round++)
        {
            var bundle = Any(random);
            var form = BundleForm.Write(bundle);
            form[random.Next(form.Length)] ^= (byte)(1 << random.Next(8));

            var failure = Record.Exception(() => Assert.Equal(bundle.Digest, BundleForm.Read(form, 1, bundle.Digest).Digest));

            Assert.True(failure is null or InvalidDataException, failure?.ToString());
        }
    }

    [Fact]
    public void A_later_form_is_refused_by_name()
    {
        var bundle = Bundles.Of("a");

        var error = Assert.Throws<InvalidDataException>(() => BundleForm.Read(BundleForm.Document(bundle) with { V = 2 }, 7, bundle.Digest));

        Assert.Equal("policy 7 is stored in form 2; this version reads 1", error.Message);
    }

    private static string Describe(PolicyFile file) => $"{file.Name}={(file.Content is { } content ? Convert.ToHexString(content.Span) : "absent")}";

    private static PolicyBundle Any(Random random)
    {
        var files = Enumerable.Range(0, random.Next(5)).Select(i => random.Next(4) == 0 ? Bundles.Absent($"/{i}") : new PolicyFile($"/{i}/{Text()}", Octets())).ToArray();
        return Bundles.Make(
            Main,
            [.. Enumerable.Range(0, random.Next(4)).Select(i => new PolicyMacro($"M{i}", Text()))],
            [new PolicyFile(Main, Octets()), .. files]);

        byte[] Octets()
        {
            var octets = new byte[random.Next(200)];
            random.NextBytes(octets);
            return octets;
        }

        string Text() => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => char.ConvertFromUtf32(random.Next(0xd7ff))));
    }
}
