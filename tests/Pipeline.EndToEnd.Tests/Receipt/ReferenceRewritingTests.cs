using System.Runtime.Versioning;
using System.Text;
using Pipeline.Node.CommandLine.Exim;

namespace Pipeline.EndToEnd.Tests.Receipt;

/// <summary><c>-brw</c> of Exim and ours, side by side, through one configuration.</summary>
[SupportedOSPlatform("linux")]
public sealed class ReferenceRewritingTests : IDisposable
{
    private const string Exim = "/usr/sbin/exim4";

    private const string Configuration = """
        primary_hostname = gw.example
        qualify_domain = qd.example
        qualify_recipient = qr.example
        spool_directory = FOLDER/spool
        log_file_path = FOLDER/log/%slog
        keep_environment =
        headers_charset = UTF-8
        addresslist named = *@nal.example
        domainlist domains = *.ndl.example
        begin rewrite
        *@all.example   $1@alld.example
        *@envs.example  $1@e.example  E
        *@f.example  $1@f2.example  F
        *@t.example  $1@t2.example  T
        *@hb.example  $1@b2.example  b
        *@hc.example  $1@c2.example  c
        *@hf.example  $1@from2.example  f
        *@hh.example  $1@h2.example  h
        *@hr.example  $1@r2.example  r
        *@hs.example  $1@s2.example  s
        *@ht.example  $1@to2.example  t
        *@fl.example  $1@fl2.example  E f
        *@star.example  *
        *@star.example  $1@never.example
        *@q.example  $1@q1.example  q
        *@q1.example  $1@never.example
        *@c.example  $1@c1.example
        *@c1.example  $1@cc2.example
        *queen@*.fict.example  one$1-two$2@x.example
        joe@exact.example  joseph@y.example
        \N^(.*)-(.*)@re\.example$\N  $2.$1@re2.example
        "\\N^\"(.*) (.*)\"@re\\d\\.example$\\N"  "$2.$1@re2.example"
        \N^([a-z]+)=([A-Za-z]+)@(.*)\.rx\.example$\N  $3_$2_$1@o.example
        \N^px\N  $0.p
        *@^(.*)\.dre\.example  $2-$1@o.example
        *@partial-lsearch;FOLDER/domains  $1-$2-$3@p.example
        lsearch*@;FOLDER/addresses  $local_part-found@$domain
        *@fail.example  "${if eq{1}{2}{a}fail}"
        *@fail.example  $1@afterfail.example
        *@qf.example  "${if eq{1}{2}{a}fail}"  q
        *@qf.example  $1@never.example
        *@unq.example  $1
        *@qunq.example  $1  Q
        *a@r.example  $1@r.example  R
        *x@rq.example  $1@rq.example  Rq
        *@rq.example  $1@after.example
        *@loop.example  $1x@loop.example  R
        *@wide.example  "\"X Y\" <$1@w2.example>"  w
        *@utf.example  "J\xc3\xb6e <$1@w2.example>"  w
        *@wq.example  "<$1>"  wQ
        *@wnone.example  $1@wnone2.example  w
        *@wl.example  "Whole <$1@wl2.example>"  w
        *@wl2.example  $1@wl3.example
        *@lw.example  $1@lw2.example
        *@lw2.example  "Whole <$1@lw3.example>"  w
        *@bad.example  "not an addr"
        *@exp.example  ${bogus:x}
        *@two.example  $1
        *@two.example  $1@cont.example
        *@lc.example  ${lc:$local_part}@${domain}.lc
        *@dq.example  "\"$local_part x\"@$domain.q"
        *@plus.example  $0.x
        *@dots.example  .$1.@dots2.example
        *@lit.example  $1@[1.2.3.4]
        *@route.example  @a,@b:$1@c.example
        *@angle.example  <$1@angle2.example>
        *@phr.example  "Foo <$1@phr2.example>"
        *@grp.example  "g: $1@grp2.example;"
        *@list.example  "$1@a.example, $1@b.example"
        *@empty.example  ""
        *@null.example  <>  q
        *-b@*.cap.example  "$2_$1@$2.o.example"
        +named  $1@n.example
        *@+domains  $1_$2@n.example
        bare.example  $local_part@bare2.example
        *.bare.example  $local_part@$1.bare3.example
        !*@*example  never@z.example
        """;

    public static TheoryData<string> Addresses =>
    [
        "a@all.example", "A.B@ALL.example", "Foo <a@all.example> (c)", "\"q q\"@all.example", "<@r1,@r2:a@all.example>", "@r1,@r2:a@all.example",
        "(x) a (y) @ all.example (z)", "a@envs.example", "Z <a@envs.example>", "a@f.example", "a@t.example", "a@hb.example", "a@hc.example", "a@hf.example",
        "a@hh.example", "a@hr.example", "a@hs.example", "a@ht.example", "Z <a@fl.example>", "a@star.example", "a@q.example", "a@c.example",
        "hearts-queen@wonderland.fict.example", "hearts-QUEEN@wonderland.fict.example", "queen@fict.example", "joe@exact.example", "JOE@exact.example",
        "joe@EXACT.example", "x-y@re.example", "X-y@RE.example", "\"x y\"@re7.example", "ab=CD@Foo.RX.example", "pxyz@Kk.example", "bob@Q.dre.example",
        "foo@bar.baz.example", "foo@BAR.baz.example", "foo@baz.example", "foo@single.example", "joe@w.example", "zoe@w.example", "b@fail.example", "a@qf.example",
        "c@unq.example", "d@qunq.example", "Z <d@qunq.example>", "a1@r.example", "xaaa@r.example", "ux@rq.example", "u@rq.example", "a@loop.example",
        "Old N <a@wide.example>", "a@wide.example", "X <a@utf.example> (cc)", "a@wq.example", "Z <a@wq.example>", "Z <a@wnone.example>", "Z <a@wl.example>",
        "Z <a@lw.example>", "a@bad.example", "a@exp.example", "a@two.example", "AbC@LC.example", "a@dq.example", "Z@Plus.example", "a@dots.example", "a@lit.example",
        "a@route.example", "a@angle.example", "Z <a@angle.example>", "Z <a@phr.example> (k)", "a@grp.example", "a@list.example", "a@empty.example", "a@null.example",
        "A-b@FooBar.cap.example", "a@nal.example", "a@b.ndl.example", "a@bare.example", "a@x.bare.example", "a@none.example", "a@[1.2.3.4]", "a@other.test",
        "a", "a b", "a@", "@@", "<a@all.example", "a@all.example, b@all.example", "<a@all.example> x", "a@all.example,", "\"a@all.example",
    ];

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ProgramTheory(Exim)]
    [MemberData(nameof(Addresses))]
    public async Task Both_print_the_same(string address)
    {
        // Exim gives up its privileges, and its logs must be somewhere.
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)Convert.ToInt32("755", 8));
        foreach (var name in new[] { "spool", "log" })
        {
            Directory.CreateDirectory(_folder.Of(name));
            File.SetUnixFileMode(_folder.Of(name), (UnixFileMode)Convert.ToInt32("777", 8));
        }

        _folder.Write("domains", "*.baz.example: x\nsingle.example: y\n");
        _folder.Write("addresses", "joe@w.example: x\n*@w.example: y\n");
        var file = _folder.Write("c", Configuration.Replace("FOLDER", _folder.Path, StringComparison.Ordinal));

        var (_, theirs) = await ForeignProgram.RunAsync(Exim, ["-C", file, "-brw", address]);
        var ours = await OursAsync(file, address);

        Assert.Equal(Lines(theirs), Lines(ours));
    }

    private async Task<string> OursAsync(string file, string address)
    {
        using var output = new MemoryStream();
        await using var errors = new StringWriter();
        var exitCode = await EximProgram.RunAsync(
            ["-C", file, "--node", _folder.Write("node.json", "{}"), "-brw", address], null, new EximStreams(Stream.Null, output, errors), TimeProvider.System, CancellationToken.None);
        Assert.True(exitCode == 0, errors.ToString());
        return Encoding.Latin1.GetString(output.ToArray());
    }

    /// <summary>The lines of places; of a syntax error the first line, for its reason is in words of each program's own.</summary>
    private static string[] Lines(string output)
    {
        var lines = output.Split('\n');
        return lines[0].StartsWith("Syntax error in ", StringComparison.Ordinal) ? [lines[0]] : [.. lines.Take(8)];
    }
}
