using System.Globalization;
using Pipeline.Node.Configuration;
using Pipeline.Policy;
using Pipeline.Tests.Support.Yaml;

namespace Pipeline.Node.Tests.Packaging;

/// <summary>The compose file by the specification's rules, and by what this project promises of it. Docker itself is not needed.</summary>
public sealed class ComposeTests
{
    private static readonly string[] TopKeys = ["name", "services", "networks", "volumes", "secrets", "configs"];

    private static readonly string[] ServiceKeys =
    [
        "image", "build", "command", "entrypoint", "environment", "env_file", "ports", "volumes", "networks", "network_mode", "depends_on", "healthcheck",
        "restart", "stop_grace_period", "stop_signal", "read_only", "tmpfs", "cap_add", "cap_drop", "security_opt", "ulimits", "deploy", "hostname", "shm_size",
        "user", "init", "labels", "logging", "profiles", "secrets", "configs", "sysctls", "expose", "extra_hosts", "dns", "working_dir", "container_name",
    ];

    private static readonly Dictionary<string, string[]> KeysBelow = new()
    {
        ["build"] = ["context", "dockerfile", "target", "args"],
        ["healthcheck"] = ["test", "interval", "timeout", "start_period", "start_interval", "retries", "disable"],
        ["deploy"] = ["replicas", "resources", "restart_policy", "placement", "update_config", "mode"],
        ["ulimits"] = ["nofile", "nproc"],
    };

    private static readonly string[] Conditions = ["service_started", "service_healthy", "service_completed_successfully"];

    private readonly ComposeFile _compose = new();

    [Fact]
    public void Keys_are_those_of_the_specification()
    {
        Assert.Empty(_compose.Root.Entries.Select(entry => entry.Key).Where(key => !key.StartsWith("x-", StringComparison.Ordinal)).Except(TopKeys));
        foreach (var (name, service) in _compose.Services)
        {
            Assert.Empty(service.Entries.Select(entry => entry.Key).Except(ServiceKeys));
            Assert.True(service.Find("image") is not null || service.Find("build") is not null, $"{name}: neither image nor build");
            Assert.False(service.Find("networks") is not null && service.Find("network_mode") is not null, $"{name}: networks and network_mode exclude each other");
            foreach (var (key, allowed) in KeysBelow)
            {
                Assert.Empty((service.Find(key)?.Entries ?? []).Select(entry => entry.Key).Except(allowed));
            }
        }
    }

    [Fact]
    public void Names_lead_to_what_is_declared()
    {
        var services = _compose.Services.Select(service => service.Key).ToArray();
        foreach (var (name, service) in _compose.Services)
        {
            Assert.Empty(ComposeFile.Names(service.Find("networks")).Except(ComposeFile.Names(_compose.Root["networks"])));
            foreach (var (other, how) in service.Find("depends_on")?.Entries ?? [])
            {
                Assert.Contains(other, services);
                var condition = how["condition"].Text;
                Assert.Contains(condition, Conditions);
                Assert.True(condition != "service_healthy" || _compose.Root["services"][other].Find("healthcheck") is not null, $"{name}: {other} has no health check");
            }

            foreach (var volume in Volumes(service).Where(volume => !volume.Source.StartsWith('.')))
            {
                Assert.Contains(volume.Source, ComposeFile.Names(_compose.Root["volumes"]));
            }
        }
    }

    [Fact]
    public void Services_of_the_cluster_are_all_there()
    {
        Assert.Equal(
            ["certificates", "deliverer-1", "deliverer-2", "postgres", "receiver-1", "receiver-2", "rspamd", "scanner", "sink"],
            _compose.Services.Select(service => service.Key).Order(StringComparer.Ordinal));
        Assert.StartsWith("postgres:", _compose.Root["services"]["postgres"]["image"].Text, StringComparison.Ordinal);
        Assert.True(int.Parse(_compose.Root["services"]["postgres"]["image"].Text["postgres:".Length..], CultureInfo.InvariantCulture) >= 15);
    }

    [Fact]
    public void Scanner_can_be_scaled()
    {
        var scanner = _compose.Root["services"]["scanner"];
        Assert.All(["container_name", "ports", "hostname"], key => Assert.Null(scanner.Find(key)));
        Assert.All(Volumes(scanner), volume => Assert.EndsWith(":ro", volume.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Published_ports_differ()
    {
        var ports = _compose.Services.SelectMany(service => ComposeFile.Names(service.Value.Find("ports"))).Select(port => port.Split(':')[^2]).ToArray();
        Assert.Equal(2, ports.Length);
        Assert.Equal(ports.Length, ports.Distinct().Count());
    }

    [Fact]
    public void Nodes_are_confined_watched_and_given_time_to_stop()
    {
        Assert.Equal(6, _compose.Nodes.Count());
        foreach (var (name, node) in _compose.Nodes)
        {
            Assert.Equal(["ALL"], ComposeFile.Names(node["cap_drop"]));
            Assert.Equal("true", node["read_only"].Text);
            Assert.Contains("no-new-privileges:true", ComposeFile.Names(node["security_opt"]));
            Assert.Equal("unless-stopped", node["restart"].Text);
            Assert.True(Seconds(node["stop_grace_period"].Text) > new NodeSettings().DrainTime * 2, $"{name}: stop_grace_period");
            Assert.Equal(["CMD", "/opt/mailpipeline/mailpipeline", "health"], ComposeFile.Names(node["healthcheck"]["test"]));
            Assert.NotNull(node["deploy"]["resources"]["limits"].Find("memory"));
        }
    }

    [Fact]
    public void Database_is_reached_by_nodes_alone()
    {
        Assert.Equal("true", _compose.Root["networks"]["backend"]["internal"].Text);
        Assert.Equal(["backend"], ComposeFile.Names(_compose.Root["services"]["postgres"]["networks"]));
        Assert.Null(_compose.Root["services"]["postgres"].Find("ports"));
        foreach (var (_, node) in _compose.Nodes.Where(node => node.Value.Find("environment")?.Find("MAILPIPELINE_Cluster__Database") is not null))
        {
            Assert.Contains("backend", ComposeFile.Names(node["networks"]));
        }
    }

    [Fact]
    public void Authoritys_key_is_in_no_node()
    {
        var holders = _compose.Services.Where(service => Volumes(service.Value).Any(volume => volume.Source == "authority"));
        Assert.Equal("certificates", Assert.Single(holders).Key);
    }

    /// <summary>Whoever asks a node at the address that it advertises checks its certificate for that name.</summary>
    [Fact]
    public void Certificate_names_every_host_that_nodes_advertise()
    {
        var words = _compose.Root["services"]["certificates"]["command"].Items.Single().Text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var named = words[Array.IndexOf(words, "--node") + 1].Split(',');
        var advertised = _compose.Nodes.Select(node => node.Value.Find("environment")?.Find("MAILPIPELINE_Cluster__Advertise")?.Text).OfType<string>().ToArray();
        Assert.Equal(4, advertised.Length);
        Assert.All(advertised, address => Assert.Contains(address.Split(':')[0], named));
        Assert.All(advertised, address => Assert.EndsWith(":8425", address, StringComparison.Ordinal));
    }

    [Fact]
    public void Configurations_that_nodes_are_started_with_exist_and_are_good()
    {
        foreach (var (name, node) in _compose.Nodes)
        {
            var policy = InRepository(node, After(node, "-C"));
            var (compiled, problems) = PolicyCompiler.Compile(policy, new Dictionary<string, string>(), null);
            Assert.True(compiled is not null, $"{name}: {string.Join("; ", problems)}");
            Assert.True(File.Exists(InRepository(node, After(node, "--node"))), name);
        }
    }

    private static string After(YamlNode node, string option)
    {
        var words = ComposeFile.Names(node["command"]).ToArray();
        return words[Array.IndexOf(words, option) + 1];
    }

    /// <summary>The file of the repository that a path within a container is mounted from.</summary>
    private static string InRepository(YamlNode node, string path)
    {
        var mount = Assert.Single(Volumes(node), volume => volume.Source.StartsWith('.') && path.StartsWith($"{volume.Target}/", StringComparison.Ordinal));
        return Path.GetFullPath(Path.Combine(Repository.Root, mount.Source, path[(mount.Target.Length + 1)..]));
    }

    private static IEnumerable<(string Source, string Target, string Text)> Volumes(YamlNode service) =>
        ComposeFile.Names(service.Find("volumes")).Select(text => (text.Split(':')[0], text.Split(':')[1], text));

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(int.Parse(text.TrimEnd('s'), CultureInfo.InvariantCulture));
}
