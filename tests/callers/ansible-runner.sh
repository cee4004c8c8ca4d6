#!/bin/bash
# ansible-runner: playbooks with its process isolation.
# Packages: python3-ansible-runner ansible-core bubblewrap
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

mkdir -p job/{project,inventory,env} hidden shown readonly
echo secret | tee hidden/file >file
echo shown | tee shown/file readonly/file >/dev/null
echo 'localhost ansible_connection=local ansible_python_interpreter=/usr/bin/python3' >job/inventory/hosts
# The directory of the job is writable; so is `shown`, which it is told to show.
cat >job/env/settings <<'END_OF_SETTINGS'
process_isolation: true
process_isolation_executable: /home/caller/isolate
process_isolation_path: /tmp
process_isolation_show_paths: [/home/caller/shown]
process_isolation_ro_paths: [/home/caller/readonly]
END_OF_SETTINGS
# Debian's loader is below /lib, for which the runner's own arguments make no link.
# shellcheck disable=SC2016 # it expands there
printf '#!/bin/sh\nexec bwrap --symlink usr/lib /lib "$@"\n' >isolate
chmod +x isolate
cat >job/project/good.yml <<'END_OF_PLAYBOOK'
- hosts: localhost
  gather_facts: false
  tasks:
    - name: what there is
      shell: |
        ls / | tr '\n' ' '
        ls /home/caller | tr '\n' ' '
        cat /home/caller/shown/file
      register: there
    - debug: { msg: "there: {{ there.stdout }}" }
    - name: write
      copy: { content: "from inside", dest: /home/caller/shown/new }
    - name: write where it may not
      shell: echo x >/home/caller/readonly/new
      register: refused
      failed_when: "'Read-only file system' not in refused.stderr"
    - name: write to the system
      shell: echo x >/etc/new
      register: refused
      failed_when: refused.rc == 0
    - name: processes
      shell: ls -d /proc/[0-9]* | wc -l; cat /proc/1/comm
      register: processes
    - debug: { msg: "processes: {{ processes.stdout }}" }
    - name: as the user
      command: id -u
      register: user
    - debug: { msg: "user: {{ user.stdout }}" }
END_OF_PLAYBOOK
cat >job/project/bad.yml <<'END_OF_PLAYBOOK'
- hosts: localhost
  gather_facts: false
  tasks:
    - command: sh -c 'exit 3'
END_OF_PLAYBOOK
cat >job/project/long.yml <<'END_OF_PLAYBOOK'
- hosts: localhost
  gather_facts: false
  tasks:
    - command: sleep 1234
END_OF_PLAYBOOK

run ansible-runner run job -p good.yml
is 'a playbook runs' "$status" 0
like '  each task of it' "$out" 'changed=6 +unreachable=0 +failed=0'
like '  and sees what it is given' "$out" 'there: [^"]* job readonly shown shown"'
unlike '  and not the rest' "$out" 'there: [^"]*(hidden|srv|run|boot)'
like '  as its user' "$out" 'user: 61234'
like '  with processes of its own' "$out" 'processes: [0-9]{1,2}\\nbwrap"'
is '  what it wrote is there' "$(cat shown/new)" 'from inside'
ok '  and nothing else' test ! -e readonly/new -a ! -e /etc/new
run ansible-runner run job -p bad.yml
is 'a playbook that fails is reported' "$status" 2
run ansible-runner run job -p missing.yml
unlike 'so is one that does not exist' "$status" '^0$'
run ansible-runner run job --hosts localhost -m command -a 'echo by itself'
like 'a module runs by itself' "$status $out" '^0 .*by itself'

# The runner kills what it started, and all of it must end.
cat >cancel.py <<'END_OF_PROGRAM'
import time
import ansible_runner
begin = time.time()
def long_enough():
    return time.time() > begin + 6
print(ansible_runner.run(private_data_dir="job", playbook="long.yml", cancel_callback=long_enough).status)
END_OF_PROGRAM
run /usr/bin/python3 cancel.py
like 'a playbook is canceled' "$out" 'canceled$'
sleep 1
ok '  and its processes end' test -z "$(pgrep -f 'sleep 1234')"
ok 'nothing is left of any' test -z "$(find /tmp -name 'ansible_runner_pi_*')"
plan
