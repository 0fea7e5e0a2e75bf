using System.Buffers.Binary;
using System.Text;
using Pipeline.Policy.Lookups;
using Pipeline.Policy.Tests.Expansion;

namespace Pipeline.Policy.Tests.Lookups;

public sealed class FileLookupTests : IDisposable
{
    private const string LineFile = """
        # comment
        alpha: one two
        beta   three
          more
        # not continued
          ignored
        "quoted key\x21": four

          also ignored
        gamma
        *.example.org: wild
        *.a.test: a
        *.test: t
        *@home.test: at home
        *: default
        ALPHA: never reached
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly ExpansionBench _bench = new(dns: new ScriptedDns());

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("alpha", "lsearch", "[one two]")]
    [InlineData("Alpha", "lsearch", "[one two]")]
    [InlineData("beta", "lsearch", "[three more]")]
    [InlineData("quoted key!", "lsearch", "[four]")]
    [InlineData("gamma", "lsearch", "[]")]
    [InlineData("delta", "lsearch", "none")]
    [InlineData("", "lsearch", "none")]
    [InlineData("delta", "lsearch*", "[default]")]
    [InlineData("x@home.test", "lsearch*@", "[at home]")]
    [InlineData("x@away.test", "lsearch*@", "[default]")]
    [InlineData("beta", "lsearch,ret=key", "[beta]")]
    [InlineData("beta", "lsearch,ret=full", "[beta   three more]")]
    [InlineData("www.example.org", "partial-lsearch", "[wild]")]
    [InlineData("a.b.a.test", "partial-lsearch", "[a]")]
    [InlineData("x.b.test", "partial-lsearch", "none")]
    [InlineData("x.b.test", "partial1-lsearch", "[t]")]
    [InlineData("x.y", "partial0-lsearch", "[default]")]
    [InlineData("alpha", "partial(.)lsearch", "[one two]")]
    public async Task Line_search_finds(string key, string type, string expected)
    {
        var path = _folder.Add("lines", LineFile);
        Assert.Equal(expected, await _bench.PrintAsync($"${{lookup{{{key}}}{type}{{{path}}}{{[$value]}}{{none}}}}"));
    }

    [Fact]
    public async Task Partial_match_sets_the_wild_and_the_fixed_part()
    {
        var path = _folder.Add("lines", "*.b.c: x\na.b.c: y\n");
        Assert.Equal("x 1=p.q 2=b.c", await _bench.PrintAsync($"${{lookup{{p.q.b.c}}partial-lsearch{{{path}}}{{$value 1=$1 2=$2}}}}"));
        Assert.Equal("y 1= 2=a.b.c", await _bench.PrintAsync($"${{lookup{{a.b.c}}partial-lsearch{{{path}}}{{$value 1=$1 2=$2}}}}"));
    }

    [Theory]
    [InlineData("${lookup{k}lsearch{PATH}}", "v")]
    [InlineData("${lookup{x}lsearch{PATH}}", "")]
    [InlineData("${lookup{x}lsearch{PATH}{a}fail}", "Failed: \"lookup\" failed and \"fail\" requested")]
    [InlineData("${lookup{k}lsearch{/nosuch/file}{a}}", "Failed: failed to open /nosuch/file for linear search: No such file or directory")]
    [InlineData("${lookup{k}lsearch{PATH/../x}}", "Failed: failed to open PATH/../x for linear search: file name contains a \"..\" component")]
    [InlineData("${lookup{k}lsearch{relative}}", "Failed: absolute file name expected for \"lsearch\" lookup")]
    [InlineData("${lookup{k}nosuch{PATH}}", "Failed: unknown lookup type \"nosuch\"")]
    [InlineData("${lookup lsearch{PATH}}", "Failed: missing {key} for single-key \"lsearch\" lookup")]
    [InlineData("${lookup{k}dnsdb{x}}", "Failed: a single key was given for lookup type \"dnsdb\", which is not a single-key lookup type")]
    [InlineData("${lookup partial-dnsdb{x}}", "Failed: \"partial\" is not permitted for lookup type \"dnsdb\"")]
    [InlineData("${lookup dnsdb*{x}}", "Failed: defaults using \"*\" or \"*@\" are not permitted for lookup type \"dnsdb\"")]
    [InlineData("${lookup{k}oracle{x}}", "Failed: a single key was given for lookup type \"oracle\", which is not a single-key lookup type")]
    [InlineData("${lookup oracle{x}}", "Failed: lookup type \"oracle\" is not available (not in the binary - check buildtime LOOKUP configuration)")]
    [InlineData("${if eq{a}{b}{${lookup{k}nosuch{x}}}}", "Failed: unknown lookup type \"nosuch\"")]
    [InlineData("${if eq{a}{b}{${lookup{k}lsearch{/nosuch/file}}}{ok}}", "ok")]
    public async Task Lookup_is_checked(string text, string expected)
    {
        var path = _folder.Add("lines", "k: v\n");
        Assert.Equal(expected.Replace("PATH", path, StringComparison.Ordinal), await _bench.PrintAsync(text.Replace("PATH", path, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Changed_file_is_read_again_for_the_next_message()
    {
        var path = _folder.Add("lines", "k: v\n");
        Assert.Equal("v", await _bench.PrintAsync($"${{lookup{{k}}lsearch{{{path}}}}}"));
        _folder.Add("lines", "k: other\n");
        Assert.Equal("v", await _bench.PrintAsync($"${{lookup{{k}}lsearch{{{path}}}}}"));
        Assert.Equal("other", await new ExpansionBench().PrintAsync($"${{lookup{{k}}lsearch{{{path}}}}}"));
    }

    [Theory]
    [InlineData("nwildlsearch", "x12.test", "number")]
    [InlineData("nwildlsearch", "a.home", "home")]
    [InlineData("nwildlsearch", "A.HOME", "home")]
    [InlineData("nwildlsearch", "other", "any")]
    [InlineData("wildlsearch", "x12.test", "any")]
    [InlineData("wildlsearch", "mx.example.com", "own")]
    public async Task Keys_of_a_wild_file_are_patterns(string type, string key, string expected)
    {
        var path = _folder.Add("wild", "^x\\d+\\.test: number\n*.home: home\n$primary_hostname: own\n*: any\n");
        Assert.Equal(expected, await _bench.PrintAsync($"${{lookup{{{key}}}{type}{{{path}}}}}"));
    }

    [Theory]
    [InlineData("10.1.2.3", "net")]
    [InlineData("10.9.9.9", "wide")]
    [InlineData("2001:db8::1", "six")]
    [InlineData("192.0.2.1", "none")]
    [InlineData(
        "nonsense",
        "Failed: lookup of \"nonsense\" gave DEFER: \"nonsense\" is not a valid iplsearch key (an IP address, with optional CIDR mask, is wanted): "
        + "in a host list, use net-iplsearch as the search type")]
    public async Task First_network_with_the_address_counts(string key, string expected)
    {
        var path = _folder.Add("nets", "10.1.0.0/16: net\n10.0.0.0/8: wide\n10.9.9.9: narrow\n\"2001:db8::/32\": six\n");
        Assert.Equal(expected, await _bench.PrintAsync($"${{lookup{{{key}}}iplsearch{{{path}}}{{$value}}{{none}}}}"));
    }

    [Theory]
    [InlineData("entry", "dsearch", "entry")]
    [InlineData("entry", "dsearch,ret=full", "PATH/entry")]
    [InlineData("entry", "dsearch,filter=dir", "none")]
    [InlineData("entry", "dsearch,filter=file", "entry")]
    [InlineData("nosuch", "dsearch", "none")]
    [InlineData("..", "dsearch", "none")]
    [InlineData("../entry", "dsearch", "Failed: lookup of \"../entry\" gave DEFER: key for dsearch lookup contains a slash: ../entry")]
    [InlineData("ENTRY", "dsearch", "none")]
    public async Task Directory_search_finds_entries_of_the_directory_only(string key, string type, string expected)
    {
        _folder.Add("entry", "");
        Assert.Equal(
            expected.Replace("PATH", _folder.Path, StringComparison.Ordinal),
            await _bench.PrintAsync($"${{lookup{{{key}}}{type}{{{_folder.Path}}}{{$value}}{{none}}}}"));
    }

    [Fact]
    public async Task Missing_directory_is_an_error() => Assert.Equal(
        "Failed: failed to open /nosuch/x for directory search: No such file or directory", await _bench.PrintAsync("${lookup{k}dsearch{/nosuch/x}}"));

    [Fact]
    public async Task User_of_this_machine_is_found()
    {
        Assert.Matches(@"^\*:0:0:[^:]*:/root:/", await _bench.PrintAsync("${lookup passwd{root}}"));
        Assert.Equal("none", await _bench.PrintAsync("${lookup passwd{no-such-user}{$value}{none}}"));
    }

    [Theory]
    [InlineData("a : b : 1", "y")]
    [InlineData("a:n", "5")]
    [InlineData("a:t", "true")]
    [InlineData("a:b", "[\"x\",\"y\"]")]
    [InlineData("a:z", "none")]
    [InlineData("a:b:7", "none")]
    public async Task Element_of_a_json_file_is_found(string key, string expected)
    {
        var path = _folder.Add("x.json", """{"a":{"b":["x","y"],"n":5,"t":true}}""");
        Assert.Equal(expected, await _bench.PrintAsync($"${{lookup{{{key}}}json{{{path}}}{{$value}}{{none}}}}"));
    }

    [Fact]
    public async Task Json_file_that_is_not_utf8_is_an_error()
    {
        var path = _folder.Add("bad.json", "{\"a\":\"\u00fc\"}");
        Assert.Equal("Failed: json error on open: it is not UTF-8", await _bench.PrintAsync($"${{lookup{{a}}json{{{path}}}}}"));
    }

    [Fact]
    public void Constant_database_is_searched()
    {
        var file = MakeDatabase([("one", "1"), ("two", "2"), ("empty", "")]);
        Assert.True(ConstantDatabase.TryFind(file, "two"u8, out var data));
        Assert.Equal("2", Encoding.ASCII.GetString(data));
        Assert.True(ConstantDatabase.TryFind(file, "empty"u8, out data));
        Assert.True(data.IsEmpty);
        Assert.False(ConstantDatabase.TryFind(file, "three"u8, out _));
    }

    [Fact]
    public void Damaged_constant_database_does_no_harm()
    {
        var random = new Random(5);
        var file = MakeDatabase([("one", "1"), ("two", "2")]);
        for (var turn = 0; turn < 3000; turn++)
        {
            var damaged = file.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            _ = ConstantDatabase.TryFind(damaged, "one"u8, out _);
            _ = ConstantDatabase.TryFind(damaged, "none"u8, out _);
        }
    }

    private static byte[] MakeDatabase((string Key, string Data)[] records)
    {
        var body = new List<byte>(new byte[2048]);
        var tables = new List<(uint Hash, uint Position)>[256];
        foreach (var (key, data) in records)
        {
            uint hash = 5381;
            foreach (var c in key)
            {
                hash = ((hash << 5) + hash) ^ c;
            }

            (tables[hash & 0xff] ??= []).Add((hash, (uint)body.Count));
            Add((uint)key.Length);
            Add((uint)data.Length);
            body.AddRange(Encoding.ASCII.GetBytes(key + data));
        }

        var header = new byte[2048];
        for (var i = 0; i < 256; i++)
        {
            var slots = (tables[i]?.Count ?? 0) * 2;
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(i * 8), (uint)body.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan((i * 8) + 4), (uint)slots);
            var table = new (uint Hash, uint Position)[slots];
            foreach (var entry in tables[i] ?? [])
            {
                var slot = (entry.Hash >> 8) % slots;
                while (table[slot].Position != 0)
                {
                    slot = (slot + 1) % slots;
                }

                table[slot] = entry;
            }

            foreach (var (hash, position) in table)
            {
                Add(hash);
                Add(position);
            }
        }

        header.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(body));
        return [.. body];

        void Add(uint value)
        {
            var octets = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(octets, value);
            body.AddRange(octets);
        }
    }
}
