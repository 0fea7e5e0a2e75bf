using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Expansion;
using Pipeline.Policy.Tests.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Tests.Transports;

/// <summary>Forms, quotas and checks of the appendfile transport.</summary>
public sealed class AppendfileTransportTests : IDisposable
{
    private readonly ExpansionBench _bench = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mailpipeline-").FullName;

    public AppendfileTransportTests()
    {
        _bench.Scope.Address = new AddressScope { LocalPart = "bob", Domain = "local.test", OriginalLocalPart = "bob", OriginalDomain = "local.test" };
        _bench.Scope.Message.Id = "1xV0aA-00000000001-0001";
        _bench.Scope.Message.ReceivedAt = DateTimeOffset.FromUnixTimeSeconds(1_793_598_488);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("file = /m/x", null, MailboxForm.Mbox)]
    [InlineData("directory = /m/x", null, MailboxForm.Directory)]
    [InlineData("directory = /m/x\nmaildir_format", null, MailboxForm.Maildir)]
    [InlineData("directory = /m/x\nmailstore_format", null, MailboxForm.Mailstore)]
    [InlineData("", "/m/x", MailboxForm.Mbox)]
    [InlineData("", "/m/x/", MailboxForm.Directory)]
    [InlineData("maildir_format", "/m/x", MailboxForm.Maildir)]
    [InlineData("mailstore_format", "/m/x", MailboxForm.Mailstore)]
    public async Task Form_is_that_of_the_options_or_of_the_path(string options, string? redirected, MailboxForm form)
    {
        if (redirected is not null)
        {
            _bench.Scope.Address!.Values["address_file"] = redirected;
        }

        var expanded = await ReadyAsync(options);
        Assert.Equal(form, expanded.Form);
        Assert.Equal(form == MailboxForm.Mbox ? ("From ", "\n") : ("", ""), (expanded.Frame.CheckString, expanded.Frame.Suffix));
    }

    [Fact]
    public async Task Name_in_a_directory_is_the_same_at_every_attempt_and_that_of_no_other_delivery()
    {
        var first = (await ReadyAsync("directory = /m/x")).FileName;
        Assert.Matches("^q1xNkts-[0-9]+$", first);
        Assert.Equal(first, (await ReadyAsync("directory = /m/x")).FileName);
        _bench.Scope.Address!.OriginalLocalPart = "carol";
        Assert.NotEqual(first, (await ReadyAsync("directory = /m/x")).FileName);
        Assert.Matches("^bob/[0-9]+\\.eml$", (await ReadyAsync("directory = /m/x\ndirectory_file = $local_part/$inode.eml")).FileName);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("${if eq{a}{b}{x}}")]
    public async Task Name_that_leads_out_of_the_directory_is_refused(string name) =>
        Assert.EndsWith("of t transport is not usable", await DeferredAsync($"directory = /m/x\ndirectory_file = {name}"), StringComparison.Ordinal);

    [Fact]
    public async Task Mailstore_knows_its_base_name_in_prefix_and_suffix()
    {
        var store = await ReadyAsync("directory = /m/x/\nmailstore_format\nmailstore_prefix = at $mailstore_basename\nmailstore_suffix = ${if eq{a}{b}{x}fail}");
        Assert.StartsWith("1xV0aA-00000000001-0001-", store.FileName, StringComparison.Ordinal);
        Assert.Equal(($"at /m/x/{store.FileName}", ""), (store.EnvelopePrefix, store.EnvelopeSuffix));
    }

    [Theory]
    [InlineData("quota = 1.5K", 1536, false)]
    [InlineData("quota = 2m", 2097152, false)]
    [InlineData("quota = 1G/no_check", 1073741824, true)]
    [InlineData("quota = ${if eq{$local_part}{bob}{10}{20}}", 10, false)]
    [InlineData("quota =", 0, false)]
    public async Task Quota_is_a_number_with_a_suffix(string option, long limit, bool advice)
    {
        var quota = (await ReadyAsync($"file = /m/x\n{option}")).Quota;
        Assert.Equal((limit, advice, true, 0, null), (quota.Limit, quota.IsAdvice, quota.IsInclusive, quota.FileCount, quota.KnownSize));
    }

    [Theory]
    [InlineData("quota = abc")]
    [InlineData("quota = 10Kx")]
    [InlineData("quota = 1..5")]
    [InlineData("quota = 75%")]
    public async Task Quota_that_is_no_number_stops_the_delivery(string option)
    {
        var value = option["quota = ".Length..];
        Assert.Equal($"Malformed value \"{value}\" (expansion of \"{value}\") in t transport", await DeferredAsync($"file = /m/x\n{option}"));
    }

    [Fact]
    public async Task Quota_knows_how_the_mailbox_is_measured()
    {
        var quota = (await ReadyAsync("directory = /m/x\nmaildir_format\nquota = 10M\nquota_filecount = 1K/no_check\nquota_directory = /m\nmailbox_size = 2K\nmailbox_filecount = 7\n"
            + "quota_is_inclusive = false\nquota_size_regex = S=(\\d+)\nmaildir_use_size_file = ${if eq{a}{a}}\nmaildir_quota_directory_regex = ^(?:cur|new|\\.(?!Trash).*)$")).Quota;
        Assert.Equal((1024, true, "/m", 2048, 7, false, true), (quota.FileCount, quota.FileCountIsAdvice, quota.Directory, quota.KnownSize, quota.KnownFileCount, quota.IsInclusive, quota.UseSizeFile));
        Assert.Equal((123, null), (quota.SizeInName!.NumberIn("a,S=123:2,"), quota.SizeInName.NumberIn("a,S=x")));
        Assert.Equal([true, true, false, false], new[] { "cur", ".Sent", ".Trash", "other" }.Select(quota.CountedFolders!.Matches));
    }

    [Theory]
    [InlineData("quota = 1000\nquota_warn_threshold = 75%", 750)]
    [InlineData("quota = 1M\nquota_warn_threshold = 0.01%", 104)]
    [InlineData("quota_warn_threshold = 75%", 0)]
    [InlineData("quota_warn_threshold = 10K", 10240)]
    public async Task Threshold_is_a_size_or_a_part_of_the_quota(string options, long threshold)
    {
        var quota = (await ReadyAsync($"file = /m/x\n{options}")).Quota;
        Assert.Equal(threshold, quota.WarnThreshold);
        Assert.Equal(threshold > 0, quota.Warning is not null);
    }

    [Fact]
    public async Task Warning_goes_to_the_owner_of_the_mailbox()
    {
        var warning = (await ReadyAsync("file = /m/x\nquota_warn_threshold = 1K")).Quota.Warning!;
        Assert.Equal(new EnvelopeAddress("bob", "local.test"), Assert.Single(warning.Recipients));
        Assert.Equal(("bob@local.test", "Your mailbox", "Mail Delivery System <mailer-daemon@mx.example.com>"), (warning.To, warning.Subject, warning.From));
        Assert.StartsWith("This message is automatically created", warning.Text, StringComparison.Ordinal);

        var own = (await ReadyAsync("file = /m/x\nquota_warn_threshold = 1K\nquota_warn_message = To: a@b.test, c\\nX-Folded: 1\\n 2\\nFrom: pm@b.test\\n\\nfull\\n")).Quota.Warning!;
        Assert.Equal(["a@b.test", "c@mx.example.com"], own.Recipients.Select(recipient => recipient.ToString()));
        Assert.Equal(("pm@b.test", "X-Folded: 1\n 2", "full\n", ""), (own.From, own.Headers, own.Text, own.Subject));
        Assert.Contains("does not begin with a To: line", await DeferredAsync("file = /m/x\nquota_warn_threshold = 1K\nquota_warn_message = full"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tag_of_a_maildir_has_the_size_that_was_written()
    {
        var tag = (await ReadyAsync("directory = /m/x\nmaildir_format\nmaildir_tag = ,S=$message_size")).MaildirTag!;
        Assert.Equal((",S=302", null), await tag.ExpandAsync(302, CancellationToken.None));
        Assert.Equal(("", null), await (await ReadyAsync("directory = /m/x\nmaildir_format\nmaildir_tag = ${if eq{a}{b}{x}fail}")).MaildirTag!.ExpandAsync(1, CancellationToken.None));
        Assert.NotNull((await (await ReadyAsync("directory = /m/x\nmaildir_format\nmaildir_tag = ${nonsense:x}")).MaildirTag!.ExpandAsync(1, CancellationToken.None)).Error);
        Assert.Null((await ReadyAsync("file = /m/x\nmaildir_tag = x")).MaildirTag);
    }

    [Theory]
    [InlineData("/m/bob", false)]
    [InlineData("/m/bob/.Folder", true)]
    public async Task Folder_of_a_maildir_is_known_by_its_name(string directory, bool isFolder) =>
        Assert.Equal(isFolder, (await ReadyAsync($"directory = {directory}\nmaildir_format\nmaildirfolder_create_regex = /\\.[^/]+$")).MakesMaildirFolder);

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("From x\n", "")]
    [InlineData("MMDF\n", "mmdf")]
    [InlineData("XYZ", "mailbox file format unrecognized")]
    public async Task What_a_mailbox_begins_with_decides_which_transport_has_it(string? content, string expected)
    {
        var path = Path.Combine(_folder, "box");
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content);
        }

        var expansion = await ExpandAsync($"file = {path}\nfile_format = From : t : MMDF : mmdf");

        switch (expansion)
        {
            case TransportExpansion.Elsewhere elsewhere:
                Assert.Equal((expected, "other transport (for MMDF format) not found"), (elsewhere.Transport, elsewhere.Missing));
                break;
            case TransportExpansion.Deferred deferred:
                Assert.Equal(expected, deferred.Message);
                break;
            default:
                Assert.Equal(expected, Assert.IsType<TransportExpansion.Ready>(expansion).Options.Note);
                break;
        }
    }

    [Fact]
    public async Task Checks_and_locks_have_the_defaults_of_the_language()
    {
        var mbox = await ReadyAsync("file = /m/x");
        Assert.Equal((true, false, true, false, true, true, false, 0b110_000_000), (mbox.CheckOwner, mbox.CheckGroup, mbox.ModeFailNarrower, mbox.AllowSymlink, mbox.UseLockFile, mbox.UseFcntlLock, mbox.UseFlockLock, mbox.LockFileMode));
        mbox = await ReadyAsync("file = /m/x\nuse_flock_lock\nno_check_owner\ncheck_group\nno_mode_fail_narrower\nallow_symlink\nlockfile_mode = 0640");
        Assert.Equal((false, true, false, true, false, true, 0b110_100_000), (mbox.CheckOwner, mbox.CheckGroup, mbox.ModeFailNarrower, mbox.AllowSymlink, mbox.UseFcntlLock, mbox.UseFlockLock, mbox.LockFileMode));
    }

    [Theory]
    [InlineData("directory = /m\nmaildir_format\nmailstore_format", "error for t transport: only one of maildir and mailstore may be specified")]
    [InlineData("file = /m\nmailstore_format", "error for t transport: \"mailstore_format\" is valid only with \"directory\"")]
    [InlineData("file = /m\nno_use_lockfile\nno_use_fcntl_lock", "error for t transport: no locking configured")]
    [InlineData("directory = /m\nquota_filecount = 5", "error for t transport: quota must be set if quota_filecount is set")]
    [InlineData("directory = /m\nquota_directory = /m", "error for t transport: quota must be set if quota_directory is set")]
    [InlineData("file = /m\nfile_format = a : b : c", "error for t transport: file_format must have an even number of items")]
    public void Options_that_do_not_go_together_do_not_load(string options, string problem) => Assert.Equal([problem], Problems(options).Select(found => found.Message));

    [Fact]
    public void Pattern_that_is_none_does_not_load() =>
        Assert.StartsWith("regular expression error in \"(\"", Assert.Single(Problems("directory = /m\nquota = 1M\nquota_size_regex = (")).Message, StringComparison.Ordinal);

    private static List<ConfigurationProblem> Problems(string options)
    {
        _ = Compile(options, out var problems);
        return problems;
    }

    private static TransportDefinition? Compile(string options, out List<ConfigurationProblem> problems)
    {
        problems = [];
        var blocks = RouterBench.Blocks($"t:\ndriver = appendfile\n{options}");
        return TransportDefinition.Compile(blocks, problems).GetValueOrDefault("t");
    }

    private async Task<TransportExpansion> ExpandAsync(string options)
    {
        var transport = Compile(options, out var problems);
        Assert.Empty(problems);
        return await transport!.ExpandAsync(_bench.Scope, CancellationToken.None);
    }

    private async Task<ExpandedAppendfileTransport> ReadyAsync(string options) =>
        Assert.IsType<ExpandedAppendfileTransport>(Assert.IsType<TransportExpansion.Ready>(await ExpandAsync(options)).Options);

    private async Task<string> DeferredAsync(string options) => Assert.IsType<TransportExpansion.Deferred>(await ExpandAsync(options)).Message;
}
