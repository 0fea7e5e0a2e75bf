using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Modifiers;

/// <summary><c>control =</c>: changes how the message or the session is dealt with.</summary>
internal sealed class ControlModifier() : AclModifier("control")
{
    /// <summary>Whether a verdict server judges the message.</summary>
    public const string BmiRun = "bmi_run";

    private const AclPoints Received = AclPoints.Mail | AclPoints.Rcpt | AclPoints.Predata | AclPoints.Data | AclPoints.DataPrdr | AclPoints.Mime | AclPoints.NotSmtp | AclPoints.NotSmtpMime;
    private const AclPoints BeforeData = AclPoints.Smtp & ~(AclPoints.Data | AclPoints.DataPrdr | AclPoints.Mime | AclPoints.Dkim);

    /// <summary>Every control of the language. Names are told apart by prefix, so a name stands before those it begins with.</summary>
    private static readonly Control[] Controls =
    [
        new("allow_auth_unadvertised", ControlTarget.Connection, AclPoints.Connect | AclPoints.Helo),
        new(BmiRun, ControlTarget.Message, AclPoints.All),
        new("caseful_local_part", ControlTarget.LocalPart, AclPoints.Rcpt),
        new("caselower_local_part", ControlTarget.LocalPart, AclPoints.Rcpt),
        new("cutthrough_delivery", ControlTarget.Message, AclPoints.Rcpt, HasOptions: true)
        {
            Support = Support.WithoutEffect("every message is stored before it is delivered"),
        },
        new("debug", ControlTarget.Message, AclPoints.All, HasOptions: true)
        {
            Support = Support.WithoutEffect("\"mailpipeline explain\" tells what happened to a message"),
        },
        new("dkim_disable_verify", ControlTarget.Message, BeforeData),
        new(DmarcAcl.DisableControl, ControlTarget.Message, AclPoints.All & ~(AclPoints.Data | AclPoints.Local)),
        new(DmarcAcl.ReportControl, ControlTarget.Message, AclPoints.All & ~(AclPoints.Data | AclPoints.Local)),
        new("dscp", ControlTarget.Connection, AclPoints.Smtp, HasOptions: true)
        {
            Support = Support.NotDone("packets are not marked"),
        },
        new("enforce_sync", ControlTarget.Connection, AclPoints.Smtp)
        {
            Replaces = "no_enforce_sync",
        },
        new("fakedefer", ControlTarget.Message, Received & ~(AclPoints.NotSmtp | AclPoints.NotSmtpMime), HasOptions: true)
        {
            Replaces = "fakereject",
        },
        new("fakereject", ControlTarget.Message, Received & ~(AclPoints.NotSmtp | AclPoints.NotSmtpMime), HasOptions: true)
        {
            Replaces = "fakedefer",
        },
        new("freeze", ControlTarget.Message, Received, HasOptions: true),
        new("no_callout_flush", ControlTarget.Connection, AclPoints.Smtp)
        {
            Support = Support.WithoutEffect("replies are written at once"),
        },
        new("no_delay_flush", ControlTarget.Connection, AclPoints.Smtp)
        {
            Support = Support.WithoutEffect("replies are written at once"),
        },
        new("no_enforce_sync", ControlTarget.Connection, AclPoints.Smtp)
        {
            Replaces = "enforce_sync",
        },
        new("no_mbox_unspool", ControlTarget.Message, AclPoints.Content | AclPoints.Mime | AclPoints.NotSmtpMime)
        {
            Support = Support.WithoutEffect("a file for a scanner is gone with its scan"),
        },
        new("no_multiline_responses", ControlTarget.Connection, AclPoints.Smtp),
        new("no_pipelining", ControlTarget.Connection, AclPoints.Smtp),
        new("queue_only", ControlTarget.Message, Received, HasOptions: true),
        new("queue", ControlTarget.Message, Received, HasOptions: true),
        new("requiretls", ControlTarget.Message, Received),
        new("submission", ControlTarget.Message, AclPoints.Envelope, HasOptions: true),
        new("suppress_local_fixups", ControlTarget.Message, AclPoints.Envelope | AclPoints.NotSmtpStart),
        new("utf8_downconvert", ControlTarget.Message, AclPoints.Rcpt | AclPoints.Vrfy, HasOptions: true)
        {
            Support = Support.NotDone("an address that needs SMTPUTF8 fails at a host without it"),
        },
        new("wellknown", ControlTarget.Message, AclPoints.WellKnown, HasOptions: true)
        {
            Support = Support.RefusedWhenReached("the command is not known to the server"),
        },
    ];

    /// <summary>Every control, with how far it is done.</summary>
    public static IEnumerable<(string Name, Support Support)> All => Controls.Select(control => (control.Name, control.Support));

    private enum ControlTarget
    {
        Message = 0,
        Connection = 1,
        LocalPart = 2,
    }

    public override ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (Find(argument) is not { } control || !HasValidOptions(control, argument))
        {
            return new(AclTest.Error($"syntax error in \"control={argument}\""));
        }

        if (!control.AllowedAt.Contains(evaluation.Point))
        {
            return new(AclTest.Error($"cannot use \"control={control.Name}\" in {AclPointTraits.Of(evaluation.Point).Name} ACL"));
        }

        if (control.Support.Level == SupportLevel.RefusedWhenReached)
        {
            return new(AclTest.Error($"\"control={control.Name}\" is not available in this version ({item.Location})"));
        }

        switch (control.Target)
        {
            case ControlTarget.Connection:
                Set(evaluation.Connection.Controls, control, argument);
                break;
            case ControlTarget.LocalPart when evaluation.Scope.Address is { } address:
                SetLetterCase(address, caseful: control.Name == "caseful_local_part");
                break;
            case ControlTarget.Message:
                Set(evaluation.Message.Controls, control, argument);
                break;
        }

        return new(AclTest.True);
    }

    public override AclChecks ChecksOf(string value) =>
        value.StartsWith(BmiRun, StringComparison.Ordinal) || value.Contains('$', StringComparison.Ordinal) ? AclChecks.Brightmail : AclChecks.None;

    /// <summary>A value that is not constant is judged by what stands in front; a control that does not exist, when it is reached.</summary>
    public override Support SupportOf(string value) => Find(value)?.Support ?? Support.Done;

    private static Control? Find(string argument)
    {
        foreach (var control in Controls)
        {
            if (argument.StartsWith(control.Name, StringComparison.Ordinal))
            {
                return control;
            }
        }

        return null;
    }

    private static void Set(HashSet<string> controls, Control control, string argument)
    {
        controls.RemoveWhere(known => Is(known, control.Name) || (control.Replaces is { } other && Is(known, other)));
        controls.Add(argument);
    }

    private static bool Is(string known, string name) =>
        known.StartsWith(name, StringComparison.Ordinal) && (known.Length == name.Length || known[name.Length] == '/');

    private static bool HasValidOptions(Control control, string argument)
    {
        var rest = argument.AsSpan(control.Name.Length);
        if (rest.IsEmpty)
        {
            return true;
        }

        if (!control.HasOptions || rest[0] != '/')
        {
            return false;
        }

        return control.Name switch
        {
            "submission" => SubmissionOptions.TryParse(rest.ToString(), out _),
            "freeze" => rest is "/no_tell",
            "cutthrough_delivery" => rest is "/defer=pass" or "/defer=spool",
            "queue" => rest is "/first_pass_route",
            "queue_only" => rest is "/first_pass_route",
            _ => true,
        };
    }

    private static void SetLetterCase(AddressScope address, bool caseful)
    {
        address.CasefulLocalPart = caseful;
        address.LocalPart = caseful && address.OriginalLocalPart.Length > 0 ? address.OriginalLocalPart : address.LocalPart;
        if (!caseful)
        {
            address.LocalPart = address.LocalPart.ToLowerInvariant();
        }
    }

    private sealed record Control(string Name, ControlTarget Target, AclPoints AllowedAt, bool HasOptions = false)
    {
        public Support Support { get; init; } = Support.Done;

        /// <summary>A control that this one takes the place of: of the two the last one counts.</summary>
        public string? Replaces { get; init; }
    }
}
