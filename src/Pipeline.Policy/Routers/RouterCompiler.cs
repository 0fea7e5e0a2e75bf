using System.Globalization;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Routers.Drivers;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers;

/// <summary>Reads the options of one router block.</summary>
internal sealed class RouterCompiler(DriverOptions options, ICollection<ConfigurationProblem> problems)
{
    /// <returns>Null when the block cannot be used; then a problem says why.</returns>
    public static RouterDefinition? Compile(DriverBlock block, ICollection<ConfigurationProblem> problems) =>
        Compile(DriverOptions.OfRouter(block, problems), problems);

    public static RouterDefinition? Compile(DriverOptions options, ICollection<ConfigurationProblem> problems) =>
        new RouterCompiler(options, problems).Compile();

    private RouterDefinition? Compile()
    {
        if (RouterDriverRegistry.Create(options, problems) is not { } driver)
        {
            return null;
        }

        var verify = options.GetBool("verify", true);
        var failVerify = options.GetBool("fail_verify");
        var checkLocalUser = options.GetBool("check_local_user");
        var verifyOnly = options.GetBool("verify_only");
        if (driver.NeedsTransport && !options.IsSet("transport") && !verifyOnly && driver is not ManualRouteDriver { NamesTransport: true })
        {
            options.ReportFor("transport is not set, and this router needs one");
        }

        return new RouterDefinition
        {
            Name = options.Name,
            Location = options.Block.Location,
            Driver = driver,
            Prefixes = AffixList.Prefixes(options.GetString("local_part_prefix")),
            PrefixOptional = options.GetBool("local_part_prefix_optional"),
            Suffixes = AffixList.Suffixes(options.GetString("local_part_suffix")),
            SuffixOptional = options.GetBool("local_part_suffix_optional"),
            VerifyOnly = verifyOnly,
            Expn = options.GetBool("expn", true),
            VerifySender = options.GetBool("verify_sender", verify),
            VerifyRecipient = options.GetBool("verify_recipient", verify),
            AddressTest = options.GetBool("address_test", true),
            FailVerifySender = options.GetBool("fail_verify_sender", failVerify),
            FailVerifyRecipient = options.GetBool("fail_verify_recipient", failVerify),
            Domains = options.GetList("domains", ListKind.Domain),
            LocalParts = options.GetList("local_parts", ListKind.LocalPart),
            CheckLocalUser = checkLocalUser,
            RouterHomeDirectory = options.GetExpandable("router_home_directory"),
            Senders = options.GetList("senders", ListKind.Address),
            DebugPrint = options.GetExpandable("debug_print"),
            RequireFiles = SplitFirst("require_files"),
            Conditions = options.GetExpandables("condition"),
            Brightmail = new BrightmailPreconditions(
                options.GetString("bmi_rule") is { } rules ? BrightmailRules(rules) : null,
                options.GetBool("bmi_dont_deliver"),
                options.GetBool("bmi_deliver_alternate"),
                options.GetBool("bmi_deliver_default")),
            Transport = options.GetExpandable("transport"),
            More = ExpandableBool.Of(options, "more", true),
            Unseen = ExpandableBool.Of(options, "unseen", false),
            PassRouter = options.GetString("pass_router"),
            RedirectRouter = options.GetString("redirect_router"),
            PassOnTimeout = options.GetBool("pass_on_timeout"),
            AddressData = options.GetExpandable("address_data"),
            CannotRouteMessage = options.GetExpandable("cannot_route_message"),
            ErrorsTo = options.GetExpandable("errors_to"),
            HeadersAdd = options.GetExpandables("headers_add"),
            HeadersRemove = SplitFirst("headers_remove"),
            IgnoreTargetHosts = options.GetList("ignore_target_hosts", ListKind.Host),
            HostLookup = HostLookupOptions.Of(options),
            TranslateIpAddress = options.GetExpandable("translate_ip_address"),
            Self = SelfPolicy.Parse(options.GetString("self"), options.ReportFor),
            FallbackHosts = options.GetExpandable("fallback_hosts"),
            DsnLastHop = options.GetBool("dsn_lasthop"),
            User = options.GetExpandable("user"),
            Group = options.GetExpandable("group"),
            TransportHomeDirectory = options.GetExpandable("transport_home_directory"),
            TransportCurrentDirectory = options.GetExpandable("transport_current_directory"),
            RetryUseLocalPart = options.GetBool("retry_use_local_part", checkLocalUser),
            LogAsLocal = options.GetBool("log_as_local", driver.LogsAsLocal),
            DisableLogging = options.GetBool("disable_logging"),
            CasefulLocalPart = options.GetBool("caseful_local_part"),
            RepeatUse = options.GetBool("repeat_use", true),
            Variables = [.. Variables()],
        };
    }

    // Lists whose items are expanded one by one: a colon inside an expansion has to be doubled there.
    private List<ExpandableString> SplitFirst(string name) =>
        [.. options.GetExpandables(name).SelectMany(value => ListSyntax.Split(value.Source)).Select(StringExpansion.Compile)];

    private IEnumerable<(string Name, ExpandableString Value)> Variables()
    {
        foreach (var setting in options.GetExpandables("set"))
        {
            var equals = setting.Source.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : setting.Source[..equals].Trim();
            if (!name.StartsWith("r_", StringComparison.Ordinal) || name.Length == 2)
            {
                options.ReportFor($"bad syntax for \"set\" ({setting.Source}): a name that begins with r_, an equals sign and a value are expected");
                continue;
            }

            yield return (name, StringExpansion.Compile(setting.Source[(equals + 1)..].Trim()));
        }
    }

    /// <summary>Items that are no numbers greater than zero are passed over, as in Exim.</summary>
    private static int[] BrightmailRules(string list) =>
        [.. ListSyntax.Split(list).Select(static item => int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var rule) ? rule : 0).Where(static rule => rule > 0)];
}
