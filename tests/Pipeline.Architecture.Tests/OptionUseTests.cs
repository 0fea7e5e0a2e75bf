using System.Reflection;
using Pipeline.Connectors.Ports;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Transports;

namespace Pipeline.Architecture.Tests;

/// <summary>What the option tables call done is not only read from a file: somebody uses the value.</summary>
public sealed class OptionUseTests
{
    private static readonly Assembly PolicyAssembly = typeof(MailPolicy).Assembly;

    private static readonly GetterCalls Calls = GetterCalls.In(
    [
        PolicyAssembly, typeof(TransportSettings).Assembly, Assembly.Load("Pipeline.Actors"), Assembly.Load("mailpipeline"),
    ]);

    // These only carry values from one place to the next.
    private static readonly HashSet<string> Carriers =
    [
        "Pipeline.Policy.Configuration.MainOptionsReader", "Pipeline.Policy.Configuration.MainOptionChecks", "Pipeline.Actors.Delivery.TransportMapping",
    ];

    [Fact]
    public void Every_main_option_with_a_typed_property_is_used_or_marked()
    {
        // These stand for several options.
        var properties = Properties(typeof(MainOptions)).Where(name => name is not ("Settings" or "AclOptions" or "DkimLimits")).ToArray();
        var byName = MainOptionTable.Instance.All.ToDictionary(option => Plain(option.Name));
        var wrong = properties
            .Select(property => (Property: property, Option: byName[Plain(property)], Used: IsUsed(typeof(MainOptions), property)))
            .Where(found => found.Used != found.Option.Support.IsDone)
            .Select(found => $"{found.Option.Name}: {(found.Used ? "is used: take its mark away" : "nobody uses it: mark it in MainOptionSupport")}")
            .Order(StringComparer.Ordinal);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_acl_option_that_is_done_has_a_place_that_runs_it()
    {
        var receipt = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Pipeline.Actors/Receipt"), "*.cs").Select(File.ReadAllText));
        foreach (var point in Enum.GetValues<Policy.Acl.AclPoint>())
        {
            var name = Policy.Acl.AclPointTraits.Of(point).Option;
            if (name.Length > 0)
            {
                Assert.True(MainOptionTable.Instance.TryFind(name, out var option));

                // As an argument: of a run, or of the points that a transaction runs.
                var runs = receipt.Contains($"AclPoint.{point},", StringComparison.Ordinal) || receipt.Contains($"AclPoint.{point})", StringComparison.Ordinal);
                Assert.Equal((name, option.Support.IsDone), (name, runs));
            }
        }
    }

    [Theory]
    [InlineData("Pipeline.Policy.Routers.RouterDefinition")]
    [InlineData("Pipeline.Policy.Routers.Drivers.RedirectOptions")]
    public void Every_router_option_that_is_done_is_used(string type) =>
        AssertUsed(PolicyAssembly.GetType(type, throwOnError: true)!, [.. RouterOptionTable.Generic.All, .. RouterOptionTable.Drivers.Values.SelectMany(table => table.All)]);

    // A copy is known by its place among the outcomes; the text of the hosts is of no option.
    [Fact]
    public void What_routers_hand_on_is_used_or_marked() =>
        AssertUsed(typeof(Policy.Routers.RoutingOutcome.Routed), [.. RouterOptionTable.Generic.All], "Unseen", "HostText");

    [Theory]
    [InlineData(typeof(ExpandedTransport))]
    [InlineData(typeof(ExpandedSmtpTransport))]
    [InlineData(typeof(ExpandedSmtpTls))]
    [InlineData(typeof(ExpandedDkim))]
    [InlineData(typeof(ExpandedAppendfileTransport))]
    [InlineData(typeof(ExpandedQueuefileTransport))]
    [InlineData(typeof(TransportSettings))]
    [InlineData(typeof(SmtpTransportSettings))]
    [InlineData(typeof(SmtpTlsSettings))]
    [InlineData(typeof(SmtpClientAuthentication))]
    [InlineData(typeof(DkimSigningSettings))]
    [InlineData(typeof(AppendfileTransportSettings))]
    [InlineData(typeof(QueuefileTransportSettings))]
    public void Every_transport_option_that_is_done_is_used(Type type) =>
        AssertUsed(type, [.. TransportOptionTable.Generic.All, .. TransportOptionTable.Drivers.Values.SelectMany(table => table.All)]);

    private static void AssertUsed(Type type, OptionDefinition[] options, params string[] except)
    {
        var marked = options.Where(option => !option.Support.IsDone).Select(option => Plain(option.Name)).ToHashSet();
        string[] unused = [.. Properties(type).Except(except).Where(property => !IsUsed(type, property) && !marked.Any(name => name.EndsWith(Plain(property), StringComparison.Ordinal)))];
        Assert.Equal([], unused);
    }

    private static bool IsUsed(Type type, string property) => Calls.Of(type, property).Any(caller => !Carriers.Contains(caller))
        || (type.Assembly == PolicyAssembly && type.Name.StartsWith("Expanded", StringComparison.Ordinal) && Calls.Of(type, property).Count > 0);

    private static IEnumerable<string> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(property => property.Name).Where(name => name != "EqualityContract");

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
