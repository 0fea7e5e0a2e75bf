using Pipeline.Node.Hosting;
using Pipeline.Storage.Policies;

namespace Pipeline.Node.Tests.Hosting.Policies;

/// <summary>Policies of a node that is alone: its file is the operator's word, and numbers keep their meaning.</summary>
public sealed class LonePolicyTests : IDisposable
{
    private readonly PolicyFolder _folder = new();
    private readonly LogLines _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_number_means_the_same_text_after_a_restart_with_another_file()
    {
        _folder.WritePolicy("one.test");
        await using (var before = await StartAsync())
        {
            Assert.Equal((1, "one.test"), (before.Current.Policy.Number, before.Current.Environment.PrimaryHostname));
        }

        _folder.WritePolicy("two.test");
        await using var after = await StartAsync();

        Assert.Equal((2, "two.test"), (after.Current.Policy.Number, after.Current.Environment.PrimaryHostname));
        var old = await after.Source.GetAsync(1, default);
        Assert.Equal((1, "one.test"), (old.Policy.Number, old.Environment.PrimaryHostname));
        Assert.Null(old.StandsInBecause);
    }

    [Fact]
    public async Task A_restart_with_the_same_file_makes_no_new_number()
    {
        _folder.WritePolicy("one.test");
        await (await StartAsync()).DisposeAsync();
        await using var after = await StartAsync();

        Assert.Equal(1, after.Current.Policy.Number);
    }

    [Fact]
    public async Task A_reload_takes_the_changed_file_for_new_sessions_and_leaves_old_messages_theirs()
    {
        _folder.WritePolicy("one.test");
        await using var policies = await StartAsync();
        _folder.WritePolicy("two.test");

        await policies.ReloadAsync(default);

        Assert.Equal((2, "two.test"), (policies.Source.Current.Policy.Number, policies.Source.Current.Environment.PrimaryHostname));
        Assert.Equal("one.test", (await policies.Source.GetAsync(1, default)).Environment.PrimaryHostname);
    }

    [Fact]
    public async Task A_reload_of_a_bad_file_says_file_and_line_and_changes_nothing()
    {
        _folder.WritePolicy("one.test");
        await using var policies = await StartAsync();
        _folder.WritePolicy("two.test", "qualify_domein = x");

        await policies.ReloadAsync(default);

        Assert.Equal(1, policies.Current.Policy.Number);
        Assert.Contains(_log.All, line => line.StartsWith($"{_folder.Main}:3: ", StringComparison.Ordinal));
        Assert.Contains($"{_folder.Main} was not loaded: policy 1 stays in force", _log.All);
        _folder.WritePolicy("two.test");
        await policies.ReloadAsync(default);
        Assert.Equal(2, policies.Current.Policy.Number);
    }

    [Fact]
    public async Task A_reload_of_a_file_whose_certificate_is_missing_changes_nothing()
    {
        _folder.WritePolicy("one.test");
        await using var policies = await StartAsync();
        _folder.WritePolicy("two.test", "tls_certificate = FOLDER/none.pem");

        await policies.ReloadAsync(default);

        Assert.Equal(1, policies.Current.Policy.Number);
        Assert.Contains(_log.All, line => line.StartsWith($"tls_certificate {_folder.Of("none.pem")}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reload_of_the_same_file_is_no_new_number()
    {
        _folder.WritePolicy("one.test");
        await using var policies = await StartAsync();

        await policies.ReloadAsync(default);

        Assert.Equal(1, policies.Current.Policy.Number);
        Assert.Contains($"{_folder.Main} has not changed: policy 1 stays in force", _log.All);
    }

    [Fact]
    public async Task What_takes_effect_at_the_next_start_only_is_said_to()
    {
        _folder.WritePolicy("one.test");
        await using var policies = await StartAsync();
        _folder.WritePolicy("one.test", "smtp_accept_max = 7");

        await policies.ReloadAsync(default);

        Assert.Contains("Policy 2 changes smtp_accept_max, which takes effect when this node starts next", _log.All);
    }

    [Fact]
    public async Task A_number_that_is_gone_is_replaced_by_the_current_policy_and_that_is_said()
    {
        _folder.WritePolicy("one.test");
        await using var policies = await StartAsync();

        var instead = await policies.Source.GetAsync(9, default);
        await policies.Source.GetAsync(9, default);

        Assert.Equal((1, "policy 9 is not in the registry"), (instead.Policy.Number, instead.StandsInBecause));
        Assert.Single(_log.All, line => line == "policy 9 is not in the registry: its messages end under policy 1");
    }

    [Fact]
    public async Task An_old_policy_that_is_damaged_is_replaced_by_the_current_one()
    {
        _folder.WritePolicy("one.test");
        await (await StartAsync()).DisposeAsync();
        _folder.WritePolicy("two.test");
        await using var policies = await StartAsync();
        await File.WriteAllTextAsync(Path.Combine(FilePolicyRegistry.FolderOf(policies.StoreDirectory), "000001.json"), "{");

        var instead = await policies.Source.GetAsync(1, default);

        Assert.Equal(2, instead.Policy.Number);
        Assert.Contains("damaged", instead.StandsInBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_file_starts_no_node_and_is_not_published()
    {
        _folder.WritePolicy("one.test", "qualify_domein = x");

        var error = await Assert.ThrowsAsync<NodeStartException>(StartAsync);

        Assert.StartsWith($"{_folder.Main}:3: ", Assert.Single(error.Problems), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.Of("spool")));
    }

    [Fact]
    public async Task The_store_stays_where_it_was_when_a_reload_names_another_spool()
    {
        _folder.WritePolicy("one.test");
        await using var policies = await StartAsync();
        _folder.Write("main.conf", "primary_hostname = two.test\nspool_directory = FOLDER/other\n");

        await policies.ReloadAsync(default);

        Assert.Equal("two.test", policies.Current.Environment.PrimaryHostname);
        Assert.Equal(_folder.Of("spool/store"), policies.StoreDirectory);
    }

    private Task<Node.Hosting.Policies.NodePolicies> StartAsync() => PolicyFolder.StartAsync(_folder.Options(), _log);
}
