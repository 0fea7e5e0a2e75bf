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
        new RouterCompiler(new DriverOptions(block, "router", problems), problems).Compile();

    private RouterDefinition? Compile()
    {
        if (RouterDriverRegistry.Create(options, problems) is not { } driver)
        {
            return null;
        }

        var verify = options.Bool("verify", unset: true);
        var failVerify = options.Bool("fail_verify");
        var checkLocalUser = options.Bool("check_local_user");
        var verifyOnly = options.Bool("verify_only");
        if (driver.NeedsTransport && !options.Has("transport") && !verifyOnly && driver is not ManualRouteDriver { NamesTransport: true })
        {
            options.ReportFor("transport is not set, and this router needs one");
        }

        return new RouterDefinition
        {
            Name = options.Name,
            Location = options.Location,
            Driver = driver,
            Prefixes = AffixList.Prefixes(options.String("local_part_prefix")),
            PrefixOptional = options.Bool("local_part_prefix_optional"),
            Suffixes = AffixList.Suffixes(options.String("local_part_suffix")),
            SuffixOptional = options.Bool("local_part_suffix_optional"),
            VerifyOnly = verifyOnly,
            VerifySender = options.Bool("verify_sender", verify),
            VerifyRecipient = options.Bool("verify_recipient", verify),
            AddressTest = options.Bool("address_test", unset: true),
            FailVerifySender = options.Bool("fail_verify_sender", failVerify),
            FailVerifyRecipient = options.Bool("fail_verify_recipient", failVerify),
            Domains = options.List("domains", ListKind.Domain),
            LocalParts = options.List("local_parts", ListKind.LocalPart),
            CheckLocalUser = checkLocalUser,
            RouterHomeDirectory = options.Expandable("router_home_directory"),
            Senders = options.List("senders", ListKind.Address),
            DebugPrint = options.Expandable("debug_print"),
            RequireFiles = SplitFirst("require_files"),
            Conditions = options.Expandables("condition"),
            Brightmail = new BrightmailPreconditions(
                options.String("bmi_rule") is { } rules ? ListSyntax.Split(rules) : null,
                options.Bool("bmi_dont_deliver"),
                options.Bool("bmi_deliver_alternate"),
                options.Bool("bmi_deliver_default")),
            Transport = options.Expandable("transport"),
            More = options.ExpandedBool("more", unset: true),
            Unseen = options.ExpandedBool("unseen", unset: false),
            PassRouter = options.String("pass_router"),
            RedirectRouter = options.String("redirect_router"),
            PassOnTimeout = options.Bool("pass_on_timeout"),
            AddressData = options.Expandable("address_data"),
            CannotRouteMessage = options.Expandable("cannot_route_message"),
            ErrorsTo = options.Expandable("errors_to"),
            HeadersAdd = options.Expandables("headers_add"),
            HeadersRemove = SplitFirst("headers_remove"),
            IgnoreTargetHosts = options.List("ignore_target_hosts", ListKind.Host),
            Self = SelfPolicy.Parse(options.String("self"), options.ReportFor),
            FallbackHosts = options.Expandable("fallback_hosts"),
            User = options.Expandable("user"),
            Group = options.Expandable("group"),
            TransportHomeDirectory = options.Expandable("transport_home_directory"),
            TransportCurrentDirectory = options.Expandable("transport_current_directory"),
            RetryUseLocalPart = options.Bool("retry_use_local_part", checkLocalUser),
            LogAsLocal = options.Bool("log_as_local", driver.LogsAsLocal),
            DisableLogging = options.Bool("disable_logging"),
            CasefulLocalPart = options.Bool("caseful_local_part"),
            RepeatUse = options.Bool("repeat_use", unset: true),
            Variables = [.. Variables()],
        };
    }

    // Lists whose items are expanded one by one: a colon inside an expansion has to be doubled there.
    private List<ExpandableString> SplitFirst(string name) =>
        [.. options.Expandables(name).SelectMany(value => ListSyntax.Split(value.Source)).Select(StringExpansion.Compile)];

    private IEnumerable<(string Name, ExpandableString Value)> Variables()
    {
        foreach (var setting in options.Expandables("set"))
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
}
