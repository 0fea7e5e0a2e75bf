using System.Text;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Tests.Acl;
using Pipeline.Policy.Tests.Lookups;
using Pipeline.Policy.Tests.Routers;

namespace Pipeline.Policy.Tests.Expansion;

/// <summary>Text from peers does not choose files, programs, ACLs and strings to expand; the answers are those of Exim 4.96 for the same strings.</summary>
public sealed class TaintTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _log = [];

    public TaintTests()
    {
        _folder.Add("f", "f: val\n");
        _folder.Add("hi", "hi");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("${readfile{DIR/$h_X-F:}}", "Tainted filename 'DIR/f'")]
    [InlineData("${lookup{f}lsearch{DIR/$h_X-F:}}", "Tainted filename for search: 'DIR/f'")]
    [InlineData("${lookup{f}dsearch{DIR$h_X-Slash:}}", "Tainted filename for search: 'DIR/'")]
    [InlineData("${run{/bin/echo$h_X-F: x}}", "Attempt to exec tainted path: '/bin/echof'")]
    [InlineData("${run{$h_X-F: x}}", "Attempt to exec tainted path: 'f'")]
    [InlineData("${expand:$h_X-E:}", "attempt to expand tainted string '1+1'")]
    [InlineData("${acl{$h_X-F:}}", "attempt to use tainted ACL text \"f\"")]
    [InlineData("${readsocket{DIR/$h_X-F:}{x}}", "Tainted filename for search: 'DIR/f'")]
    [InlineData("${readsocket{inet:$h_X-F::1}{x}}", "Tainted filename for search: 'inet:f:1'")]
    [InlineData("${lookup sqlite{DIR/$h_X-F: select 1}}", "Tainted filename for search: 'DIR/f'")]
    [InlineData("${if match{$h_X-F:}{^(.*)\\$}{${readfile{DIR/$1}}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${map{$h_X-F:}{${readfile{DIR/$item}}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${extract{a}{a=$h_X-F:}}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${lc:$h_X-F:}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${sg{f}{f}{$h_X-F:}}}}", "attempt to expand tainted string 'f'")]
    [InlineData("${readfile{DIR/${reduce{f}{}{$value$h_X-F:}}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${listextract{1}{$h_X-F:}}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${hash_1:$h_X-F:}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${from_utf8:$h_X-F:}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${rxquote:$h_X-F:}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${quote:$h_X-F:}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${sort{$h_X-F:}{<}{$item}}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${filter{$h_X-F:}{eq{$item}{f}}}}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/$local_part}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/$acl_m_theirs}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/$address_data}}", "Tainted filename 'DIR/f'")]
    [InlineData("${readfile{DIR/${lookup dnsdb{txt=f.test}}}}", "Tainted filename 'DIR/f'")]
    public async Task Refused_is_what_a_peer_chose(string text, string complaint)
    {
        var result = await ExpandAsync(TaintMode.Refuse, text);
        Assert.Equal(ExpansionOutcome.Failed, result.Outcome);
        Assert.Equal([$"{PolicyLogTarget.Main | PolicyLogTarget.Panic}: {complaint.Replace("DIR", _folder.Path, StringComparison.Ordinal)}"], _log);
    }

    [Theory]
    [InlineData("${lookup{$h_X-F:}lsearch{DIR/f}}", "val")]
    [InlineData("${lookup{$h_X-F:}dsearch{DIR}}", "f")]
    [InlineData("${readfile{DIR/${lookup{$h_X-F:}dsearch{DIR}}}}", "f: val\n")]
    [InlineData("${readfile{DIR/${lookup{$h_X-F:}dsearch{DIR}{$value}}}}", "f: val\n")]
    [InlineData("${readfile{DIR/${lookup{$h_X-F:}lsearch,ret=key{DIR/f}}}}", "f: val\n")]
    [InlineData("${run{/bin/echo $h_X-F:}}", "f\n")]
    [InlineData("${expand:${eval:1+1}}", "2")]
    [InlineData("${eval:$h_X-E:}", "2")]
    [InlineData("${if match_domain{$h_X-F:}{f:g}{${readfile{DIR/$value}}}}", "f: val\n")]
    [InlineData("${if inlist{$h_X-F:}{f:g}{${readfile{DIR/$value}}}}", "f: val\n")]
    [InlineData("${if exists{DIR/$h_X-F:}{y}{n}}", "y")]
    [InlineData("${map{<,f}{${readfile{DIR/$item}}}}", "f: val\n\n")]
    [InlineData("${readfile{DIR/${length_0:$h_X-F:}f}}", "f: val\n")]
    [InlineData("${readfile{DIR/${tr{f}{$h_X-F:}{f}}}}", "f: val\n")]
    [InlineData("${readfile{DIR/${if eq{$h_X-F:}{f}{f}{g}}}}", "f: val\n")]
    [InlineData("${readfile{DIR/${readfile{DIR/hi}{}}}}", "hi")]
    [InlineData("${readfile{DIR/${run{/bin/echo -n $h_X-F:}}}}", "f: val\n")]
    [InlineData("${readfile{DIR/${sg{$h_X-F:}{f}{f}}}}", "f: val\n")]
    [InlineData("${readfile{DIR/${extract{$h_X-F:}{f=hi}}}}", "hi")]
    [InlineData("${readfile{DIR/f$acl_m_ours}}", "f: val\n")]
    [InlineData("${readfile{DIR/$local_part_data}}", "f: val\n")]
    [InlineData("$h_X-F:", "f")]
    public async Task Allowed_is_what_the_operator_chose(string text, string value)
    {
        var result = await ExpandAsync(TaintMode.Refuse, text);
        Assert.Equal((value.TrimEnd('\n'), ""), (result.Value.TrimEnd('\n'), result.Message));
        Assert.Empty(_log);
    }

    [Theory]
    [InlineData("select '$h_X-F:'", true)]
    [InlineData("select '${quote_pgsql:$h_X-F:}'", false)]
    [InlineData("select '${quote_sqlite:$h_X-F:}'", true)]
    [InlineData("select '${quote_pgsql:$h_X-F:}' or '$h_X-F:'", true)]
    [InlineData("select '${quote_pgsql:$h_X-F:}' or '${quote_pgsql:$local_part}'", false)]
    [InlineData("select 1", false)]
    public async Task Query_with_text_from_peers_is_watched(string query, bool complains)
    {
        await ExpandAsync(TaintMode.Refuse, $"${{lookup pgsql{{{query}}}}}");
        Assert.Equal(complains, _log.Exists(line => line.Contains("tainted search query is not properly quoted: select", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Warning_is_given_once_for_each_string_and_the_text_is_used()
    {
        var scope = Scope(TaintMode.Warn);
        foreach (var name in (string[])["f", "hi"])
        {
            scope.Address!.LocalPart = name;
            Assert.True((await StringExpansion.Compile($"${{readfile{{{_folder.Path}/$local_part}}}}").ExpandAsync(scope, CancellationToken.None)).IsSuccess);
        }

        var line = Assert.Single(_log);
        Assert.StartsWith($"Main: Warning: Tainted filename '{_folder.Path}/f' (in \"${{readfile{{", line, StringComparison.Ordinal);
        Assert.True((await StringExpansion.Compile($"${{readfile{{{_folder.Path}/${{lc:$local_part}}}}}}").ExpandAsync(scope, CancellationToken.None)).IsSuccess);
        Assert.Equal(2, _log.Count);
    }

    [Fact]
    public async Task Program_is_never_chosen_by_a_peer_unless_nothing_is_watched()
    {
        Assert.False((await ExpandAsync(TaintMode.Warn, "${run{/bin/ech$h_X-O: x}}")).IsSuccess);
        Assert.Equal("x\n", (await ExpandAsync(TaintMode.Off, "${run{/bin/ech$h_X-O: x}}")).Value);
    }

    [Fact]
    public async Task Nothing_is_said_when_it_is_off()
    {
        Assert.Equal("f: val\n", (await ExpandAsync(TaintMode.Off, "${readfile{DIR/$h_X-F:}}")).Value);
        Assert.Empty(_log);
    }

    [Fact]
    public async Task Lists_refuse_files_that_a_peer_chose()
    {
        var scope = Scope(TaintMode.Refuse);
        foreach (var item in (string[])["lsearch;DIR/$local_part", "DIR/$local_part"])
        {
            _log.Clear();
            var list = MailList.Compile(ListKind.Domain, item.Replace("DIR", _folder.Path, StringComparison.Ordinal));
            Assert.True((await list.MatchAsync(scope, "f", CancellationToken.None)).IsDeferred);
            Assert.Contains("Tainted filename", Assert.Single(_log), StringComparison.Ordinal);
        }

        var own = MailList.Compile(ListKind.Domain, $"$local_part : lsearch;{_folder.Path}/$local_part_data");
        Assert.True((await own.MatchAsync(scope, "g", CancellationToken.None)).IsDeferred); // the text of a list is one text
    }

    [Theory]
    [InlineData("", TaintMode.Warn)]
    [InlineData("tainted_data = off", TaintMode.Off)]
    [InlineData("tainted_data = warn\nno_allow_insecure_tainted_data", TaintMode.Warn)]
    [InlineData("tainted_data = refuse", TaintMode.Refuse)]
    [InlineData("allow_insecure_tainted_data", TaintMode.Warn)]
    [InlineData("no_allow_insecure_tainted_data", TaintMode.Refuse)]
    public void Options_choose_the_mode(string main, TaintMode mode) =>
        Assert.Equal(mode, MainOptions.From(new Configuration.MemoryFiles(main).Read().Configuration.MainSettings, []).TaintedData);

    [Fact]
    public async Task Acl_variables_keep_the_mark_of_what_they_were_set_to()
    {
        var bench = new AclBench();
        await bench.RunAsync("warn set acl_m_1 = $sender_address\nwarn set acl_c2 = fixed\naccept");
        Assert.Equal(ExpandedText.FromPeer("a@sender.test"), bench.Scope.Message.AclVariables["_1"]);
        Assert.Equal("fixed", bench.Scope.Connection.AclVariables["2"]);
    }

    [Fact]
    public async Task Routers_refuse_names_that_a_peer_chose()
    {
        foreach (var (router, complaint) in ((string, string)[])[
            ("r:\ndriver = accept\ntransport = $local_part", "attempt to use tainted transport name \"local\" in r router"),
            ("r:\ndriver = redirect\nfile = /etc/$local_part", "Tainted filename '/etc/local'"),
            ("r:\ndriver = redirect\ndata = /var/mail/$local_part\nfile_transport = local", "Tainted '/var/mail/local' (file or directory name for address_file transport) not permitted")])
        {
            var bench = new RouterBench("tainted_data = refuse");
            await bench.RouteAsync(router, "local@local.test");
            Assert.Contains($"{PolicyLogTarget.Main | PolicyLogTarget.Panic}: {complaint}", bench.Log);
        }
    }

    private async Task<ExpansionResult> ExpandAsync(TaintMode mode, string text) =>
        await StringExpansion.Compile(text.Replace("DIR", _folder.Path, StringComparison.Ordinal)).ExpandAsync(Scope(mode), CancellationToken.None);

    private EvaluationScope Scope(TaintMode mode)
    {
        var scope = new EvaluationScope
        {
            Environment = new PolicyEnvironment
            {
                Policy = new MailPolicy { MainOptions = MainOptions.Defaults with { TaintedData = mode } },
                Time = new ExpansionBench.FixedTime(),
                Dns = new ScriptedDns().Add("f.test", new TextRecord(["f"u8.ToArray()])),
                PrimaryHostname = "mx.example.com",
                Log = new RecordingLog(_log),
                Acls = new NoAcls(),
            },
            Connection = new ConnectionScope(),
            Message = new MessageScope { HeaderBlock = Encoding.ASCII.GetBytes("X-F: f\r\nX-E: 1+1\r\nX-Slash: /\r\nX-O: o\r\n") },
            Address = new AddressScope { LocalPart = "f", Domain = "local.test" },
        };
        scope.Message.AclVariables["_theirs"] = ExpandedText.FromPeer("f");
        scope.Message.AclVariables["_ours"] = "";
        scope.Address.Values["address_data"] = ExpandedText.FromPeer("f");
        scope.Address.Values["local_part_data"] = "f";
        return scope;
    }

    private sealed class NoAcls : IAclCaller
    {
        public ValueTask<AclCallResult> CallAsync(EvaluationScope scope, string acl, IReadOnlyList<ExpandedText> arguments, CancellationToken cancellationToken) =>
            new(new AclCallResult(AclCallOutcome.Accept, null));
    }
}
