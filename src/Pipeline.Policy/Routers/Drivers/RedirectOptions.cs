using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>What a redirect router permits, and what it does with the addresses it makes.</summary>
internal sealed class RedirectOptions
{
    public RedirectOptions(DriverOptions options)
    {
        AllowFail = options.Bool("allow_fail");
        AllowDefer = options.Bool("allow_defer");
        ForbidPipe = options.Bool("forbid_pipe");
        ForbidFile = options.Bool("forbid_file");
        ForbidInclude = options.Bool("forbid_include");
        ForbidBlackhole = options.Bool("forbid_blackhole");
        IncludeDirectory = options.Expandable("include_directory");
        PipeTransport = options.Expandable("pipe_transport");
        FileTransport = options.Expandable("file_transport");
        DirectoryTransport = options.Expandable("directory_transport");
        QualifyDomain = options.Expandable("qualify_domain");
        QualifyPreserveDomain = options.Bool("qualify_preserve_domain");
        CheckAncestor = options.Bool("check_ancestor");
        OneTime = options.Bool("one_time");
        HideChild = options.Bool("hide_child_in_errmsg");
        SkipSyntaxErrors = options.Bool("skip_syntax_errors");
        if (QualifyDomain is not null && QualifyPreserveDomain)
        {
            options.ReportFor("only one of \"qualify_domain\" or \"qualify_preserve_domain\" must be set");
        }

        if (OneTime && (options.Has("headers_add") || options.Has("headers_remove") || options.Bool("unseen")))
        {
            options.ReportFor("\"one_time\" may not be set with \"headers_add\", \"headers_remove\" or \"unseen\"");
        }

        foreach (var option in (ReadOnlySpan<string>)["owners", "owngroups", "check_owner", "check_group", "srs"])
        {
            if (options.Has(option) && (option[0] != 'c' || options.Bool(option)))
            {
                options.ReportFor($"the option \"{option}\" is not available in this version");
            }
        }
    }

    public bool AllowFail { get; }

    public bool AllowDefer { get; }

    public bool ForbidPipe { get; }

    public bool ForbidFile { get; }

    public bool ForbidInclude { get; }

    public bool ForbidBlackhole { get; }

    public ExpandableString? IncludeDirectory { get; }

    public ExpandableString? PipeTransport { get; }

    public ExpandableString? FileTransport { get; }

    public ExpandableString? DirectoryTransport { get; }

    public ExpandableString? QualifyDomain { get; }

    public bool QualifyPreserveDomain { get; }

    public bool CheckAncestor { get; }

    public bool OneTime { get; }

    public bool HideChild { get; }

    public bool SkipSyntaxErrors { get; }
}
