from dcc_mcp_core.skill import skill_entry, skill_success


@skill_entry
def main(size: float = 1.0, **_) -> dict:
    return skill_success("Created a cube", made_by="poly-tools", size=size)


if __name__ == "__main__":
    from dcc_mcp_core.skill import run_main

    run_main(main)
