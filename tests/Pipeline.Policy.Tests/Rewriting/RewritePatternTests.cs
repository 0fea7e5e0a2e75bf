namespace Pipeline.Policy.Tests.Rewriting;

/// <summary>What patterns match, and what $0, $1 and so on are behind a match.</summary>
public sealed class RewritePatternTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rw");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("*queen@*.fict.test", "1$1-2$2@x.test", "hearts-queen@Wonderland.fict.test", "1hearts--2wonderland@x.test")]
    [InlineData("*queen@*.fict.test", "1$1-2$2@x.test", "hearts-QUEEN@wonderland.fict.test", null)]
    [InlineData("*queen@*.fict.test", "1$1-2$2@x.test", "queen@fict.test", null)]
    [InlineData("queen@*.fict.test", "$1@x.test", "queen@a.fict.test", "a@x.test")]
    [InlineData("*@a.test", "$0.x", "Ann.B@A.Test", "Ann.B@A.Test.x")]
    [InlineData("joe@a.test", "joseph-$0.x", "joe@A.TEST", "joseph-joe@A.TEST.x")]
    [InlineData("joe@a.test", "$0.x", "joe@A.TEST", "joe@A.TEST.x")]
    [InlineData("joe@a.test", "x@y.test", "Joe@a.test", null)]
    [InlineData("a.test", "$local_part@y.test", "U@a.test", "U@y.test")]
    [InlineData("*.a.test", "$local_part@$1.y.test", "U@b.a.test", "U@b.y.test")]
    [InlineData("*@a.test", "${lc:$local_part}@$domain.lc", "AbC@A.Test", "abc@A.Test.lc")]
    [InlineData("\\N^([a-z]+)=([A-Za-z]+)@(.*)\\.rx\\.test$\\N", "$3_$2_$1@o.test", "ab=CD@Foo.RX.test", "foo_CD_ab@o.test")]
    [InlineData("\\N^([a-z]+)=@rx\\.test$\\N", "x@y.test", "AB=@rx.test", null)]
    [InlineData("\\N^(?i)([a-z]+)=@rx\\.test$\\N", "$1@y.test", "AB=@rx.test", "AB@y.test")]
    [InlineData("*@^(.*)\\.dre\\.test", "$2-$1@o.test", "bob@Q.dre.test", "q-bob@o.test")]
    [InlineData("+named", "$1@n.test", "u@nal.example", "u@n.test")]
    [InlineData("*@+domains", "$1-$2@n.test", "u@b.ndl.example", "u-b@n.test")]
    [InlineData("!*@a.test", "x@y.test", "u@b.test", "x@y.test")]
    [InlineData("*@a.test : *@b.test", "x@y.test", "u@b.test", null)]
    [InlineData("*", "$local_part@all.test", "u@b.test", "u@all.test")]
    [InlineData("*@@", "$1@own.test", "u@gw.example", "u@own.test")]
    [InlineData("*@${if eq{1}{1}{a}{b}}.test", "$1@y.test", "u@a.test", "u@y.test")]
    [InlineData("lp*", "x@y.test", "lpq@a.test", null)]
    public async Task Pattern_matches_and_captures(string pattern, string replacement, string address, string? expected)
    {
        var quoted = pattern.Contains(' ', StringComparison.Ordinal) ? $"\"{pattern.Replace("\\", "\\\\", StringComparison.Ordinal)}\"" : pattern;
        var bench = new RewriteBench($"{quoted}  {replacement}");
        Assert.Equal(expected ?? address, await bench.EnvelopeAsync(address));
        Assert.Empty(bench.Log);
    }

    [Theory]
    [InlineData("foo@bar.baz.test", "foo-bar-baz.test@p.test")]
    [InlineData("foo@BAR.baz.test", "foo-bar-baz.test@p.test")]
    [InlineData("foo@baz.test", "foo--baz.test@p.test")]
    [InlineData("foo@exact.test", "foo--exact.test@p.test")]
    [InlineData("foo@other.test", "foo@other.test")]
    public async Task Partial_lookup_of_the_domain_captures_the_wild_and_the_fixed_part(string address, string expected)
    {
        var file = File("*.baz.test: x\nexact.test: y\n");
        Assert.Equal(expected, await new RewriteBench($"*@partial-lsearch;{file}  $1-$2-$3@p.test").EnvelopeAsync(address));
    }

    [Theory]
    [InlineData("joe@w.test", "joe-mapped@w.test")]
    [InlineData("zoe@w.test", "zoe-mapped@w.test")]
    [InlineData("zoe@v.test", "zoe@v.test")]
    public async Task Whole_address_may_be_looked_up(string address, string expected)
    {
        var file = File("joe@w.test: x\n*@w.test: y\n");
        Assert.Equal(expected, await new RewriteBench($"lsearch*@;{file}  $local_part-mapped@$domain").EnvelopeAsync(address));
    }

    [Fact]
    public async Task Lookup_in_the_replacement_may_fail_by_force()
    {
        var file = File("u@a.test: v@b.test\n");
        var bench = new RewriteBench($"*@a.test  \"${{lookup{{$0}}lsearch{{{file}}}{{$value}}fail}}\"\n*@a.test  $1@c.test");
        Assert.Equal("v@b.test", await bench.EnvelopeAsync("u@a.test"));
        Assert.Equal("w@c.test", await bench.EnvelopeAsync("w@a.test"));
        Assert.Empty(bench.Log);
    }

    [Theory]
    [InlineData("ux@a.test", "u@y.test")]
    [InlineData("uz@a.test", "u@y.test")]
    public async Task Half_a_match_leaves_no_captures(string address, string expected)
    {
        // Of the items of the list, the first matches every local part and then fails at the domain.
        var bench = new RewriteBench("+halves  $1@y.test");
        Assert.Equal(expected, await bench.EnvelopeAsync(address));
        Assert.Equal(expected, await bench.EnvelopeAsync(address));
    }

    [Theory]
    [InlineData("*@${bogus:x}  never@y.test\n*@a.test  $1@z.test", "unknown expansion operator \"bogus\"")]
    [InlineData("^(  never@y.test\n*@a.test  $1@z.test", "")]
    [InlineData("lsearch;/no/such/file  never@y.test\n*@a.test  $1@z.test", "")]
    public async Task Pattern_that_cannot_be_matched_is_passed_over_and_the_panic_log_says_so(string rules, string complaint)
    {
        var bench = new RewriteBench(rules);
        Assert.Equal("u@z.test", await bench.EnvelopeAsync("u@a.test"));
        Assert.Contains(complaint, Assert.Single(bench.Log), StringComparison.Ordinal);
        Assert.EndsWith(" while checking for rewriting", bench.Log[0], StringComparison.Ordinal);
    }

    private string File(string content)
    {
        var path = Path.Combine(_folder.FullName, "f");
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
